import { Command, InvalidArgumentError, Option } from 'commander'
import { TokenFileError } from '../auth/auth-errors.ts'
import { changeTokenFile, readTokenFile } from '../auth/token-file.ts'
import { hasExpired, makeToken, recordOf, type TokenRecord } from '../auth/token-records.ts'
import { type Role, roles } from '../auth/viewer.ts'
import { printable, table } from './format.ts'
import type { Tools } from './tools.ts'

interface InFile {
  file: string
}

/** `greenroom token`: who may use the service. It works on the file, and a service that runs takes notice by itself. */
export function createTokenCommands({ print }: Pick<Tools, 'print'>): Command {
  const token = new Command('token').description('say who may use the service: make, list and revoke tokens')

  token
    .command('create')
    .description('make a token and print it, once: only its hash is kept')
    .requiredOption('--name <name>', 'for whom or what it is')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--expires <when>', 'a day, as 2030-01-31, or from now, as 90d (default: never)', parseEnd)
    .addOption(inFile())
    .action(async ({ file, name, role, expires }: InFile & { name: string; role: Role; expires?: Date }) => {
      const made = makeToken()
      const record = recordOf(made, { name, role, expiresAt: expires ?? null })
      await changeTokenFile(file, (records) => ({ records: [...records, record], result: null }))
      process.stderr.write(`Token ${record.id}, ${describeEnd(record)}. Keep it: it is shown only now.\n`)
      print(made)
    })

  token
    .command('list')
    .description('list the tokens, as far as anybody can know them')
    .addOption(inFile())
    .action(async ({ file }: InFile) => {
      const records = await readTokenFile(file)
      if (!records) throw new TokenFileError(`There is no file ${file}.`)
      const row = (record: TokenRecord) => [
        record.id,
        printable(record.name),
        record.role,
        record.createdAt.slice(0, 10),
        describeEnd(record),
      ]
      print(table(['id', 'name', 'role', 'made', 'holds'], records.map(row)))
    })

  token
    .command('revoke')
    .description('end a token: a service that runs shuts it out within a second or two')
    .argument('<id>', 'as token list prints it')
    .addOption(inFile())
    .action(async (id: string, { file }: InFile) => {
      const { name } = await changeTokenFile(file, (records) => revoke(records, id))
      print(`The token ${id} of ${printable(name)} is revoked.`)
    })

  return token
}

function inFile(): Option {
  return new Option('--file <file>', 'where the tokens are').env('AUTH_TOKENS_FILE').makeOptionMandatory()
}

function revoke(records: readonly TokenRecord[], id: string) {
  const found = records.find((record) => record.id === id)
  if (!found) throw new TokenFileError(`There is no token ${id}; greenroom token list shows those there are.`)
  const revoked = { ...found, revokedAt: found.revokedAt ?? new Date().toISOString() }
  return { records: records.map((record) => (record === found ? revoked : record)), result: revoked }
}

function describeEnd(record: TokenRecord): string {
  if (record.revokedAt) return `revoked ${record.revokedAt.slice(0, 10)}`
  if (!record.expiresAt) return 'until it is revoked'
  return `${hasExpired(record) ? 'expired' : 'until'} ${record.expiresAt.slice(0, 16).replace('T', ' ')} UTC`
}

const dayMs = 24 * 3600 * 1000

/** The end of a day in UTC, or so many days from now. */
function parseEnd(value: string): Date {
  const days = /^(\d{1,5})d$/.exec(value)?.[1]
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) + dayMs : Number.NaN
  const end = new Date(days ? Date.now() + Number(days) * dayMs : day)
  if (!(end.getTime() > Date.now())) {
    throw new InvalidArgumentError('Give a day to come, as 2030-01-31, or a number of days, as 90d.')
  }
  return end
}
