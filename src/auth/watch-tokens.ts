import { stat } from 'node:fs/promises'
import { OperatorError } from '../errors.ts'
import type { Log } from '../log.ts'
import { TokenFileError } from './auth-errors.ts'
import { readTokenFile } from './token-file.ts'
import { holds } from './token-records.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** Within this time a token that is revoked or expired is shut out, ms. */
const lookEveryMs = 1_000

/** How to come by a first token, for the end of a sentence. */
export const howToMakeToken = 'greenroom token create --name NAME --role admin --file FILE makes one'

/**
 * The tokens of a file, read again whenever it changes. A file that is gone or spoilt lets nobody in. Throws
 * TokenFileError when there is no token that holds at the start.
 */
export async function watchTokens(file: string, log: Log, read = readTokenFile): Promise<Tokens & AsyncDisposable> {
  let seen: string | null = await marksOf(file)
  const records = await read(file)
  if (!records?.some(holds)) {
    const what = records ? `${file} has no token that holds` : `There is no file ${file}`
    throw new TokenFileError(`${what} (AUTH_TOKENS_FILE): ${howToMakeToken}.`)
  }
  const tokens = createTokens(records)
  let looking: Promise<void> | null = null
  /** what kept the file from being read the last time */
  let told: string | null = null

  async function look(): Promise<void> {
    tokens.endExpired()
    const marks = await marksOf(file)
    if (marks === seen) return
    const now = await tryToRead()
    tokens.replace(now ?? [])
    // what kept it from being read may pass without a trace on the file
    seen = now && marks
  }

  /** Null: it cannot be read now. */
  async function tryToRead() {
    try {
      const now = (await read(file)) ?? []
      log.info({ tokens: now.filter(holds).length }, 'the tokens have changed')
      told = null
      return now
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      if (told !== error.message) log.error(`${error.message} Nobody is let in until they can.`)
      told = error.message
      return null
    }
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.error({ err: error }, 'cannot look at the tokens'))
      .finally(() => {
        looking = null
      })
  }, lookEveryMs).unref()

  return {
    ...tokens,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking
    },
  }
}

/** What changes whenever the file does, who may read it too, be it that it cannot be looked at any more. */
async function marksOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
