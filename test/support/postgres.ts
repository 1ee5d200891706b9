import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { migratePostgres } from '../../src/services/db/migrate.ts'
import { freePort } from './free-port.ts'
import { postgresFolder } from './installed.ts'
import { createServerProgram } from './server-program.ts'

export interface Postgres {
  url: string
  /** ends it at once, as a crash does: of a durable one, what was committed comes back with up() */
  down(): Promise<void>
  /** starts it again on the same port, with the same data */
  up(): Promise<void>
  pid(): number
  stop(): Promise<void>
}

interface Options {
  /** as safe as in production */
  durable?: boolean
  /** a folder that it is kept in; none: it is thrown away */
  keptIn?: string
  /** keeps it from the Ctrl-C of a terminal */
  detached?: boolean
}

// durability is not what is tested on a server that is thrown away
const fast = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** A server in a folder of its own, or null where none is installed. */
export async function startPostgres({
  durable = false,
  keptIn,
  detached = false,
}: Options = {}): Promise<Postgres | null> {
  if (!postgresFolder) return null
  const dir = keptIn ?? mkdtempSync(path.join(tmpdir(), 'greenroom-pg-'))
  mkdirSync(dir, { recursive: true })
  const options = { ...ownerOf(dir), cwd: dir }
  const data = path.join(dir, 'data')
  if (!existsSync(path.join(data, 'PG_VERSION'))) {
    const init = ['-D', data, '-U', 'app', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
    execFileSync(`${postgresFolder}/initdb`, init, { ...options, stdio: 'ignore' })
  }
  const port = await freePort()
  // every process of a fleet has ten connections, and a killed one's stay for moments
  const listening = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200']
  const settings = [...listening, ...(durable ? [] : fast)].flatMap((setting) => ['-c', setting])
  const program = createServerProgram({
    name: 'PostgreSQL',
    file: `${postgresFolder}/postgres`,
    args: ['-D', data, '-p', String(port), ...settings],
    options: { ...options, detached },
  })
  await program.start()
  return {
    url: `postgresql://app@127.0.0.1:${port}/postgres`,
    down: () => program.end('SIGQUIT'),
    up: () => program.start(),
    pid: program.pid,
    async stop() {
      await program.end(keptIn ? 'SIGINT' : 'SIGQUIT')
      if (!keptIn) rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root, so then the folder and the process are the postgres user's. */
function ownerOf(dir: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const owner = { uid: id('-u'), gid: id('-g') }
  chownSync(dir, owner.uid, owner.gid)
  return owner
}

/** A database with every migration applied, of which others are made: a copy takes a third of the time. */
export const templateName = 'greenroom_template'

export async function createTemplate(serverUrl: string): Promise<void> {
  await onPostgres(serverUrl, `CREATE DATABASE ${templateName}`)
  const url = new URL(serverUrl)
  url.pathname = `/${templateName}`
  await migratePostgres(url.href, 'prisma/postgresql/migrations')
}

/** Runs a statement on a connection of its own. */
export async function onPostgres(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
