import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TokenFileError } from './auth-errors.ts'
import { parseRecords, printRecords, type TokenRecord } from './token-records.ts'

/** How often and how long another command may still be writing, ms. */
const patience = { tries: 50, everyMs: 100 }

const isCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code

/** The records of a file, or null: there is none. Throws TokenFileError for one that cannot be used. */
export async function readTokenFile(file: string): Promise<TokenRecord[] | null> {
  try {
    return parseRecords(await readFile(file, 'utf8'))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    // the cause of a JSON error quotes the text
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is no file of tokens'
    throw new TokenFileError(`The tokens in ${file} cannot be read (${reason}).`)
  }
}

/**
 * Changes the file in one step, so that no reader ever sees a half of it; only its owner may read it, who stays the same.
 * One writer at a time: the file to be is the lock. Throws TokenFileError.
 */
export async function changeTokenFile<T>(
  file: string,
  change: (records: readonly TokenRecord[]) => { records: readonly TokenRecord[]; result: T },
): Promise<T> {
  const next = `${file}.new`
  const handle = await openAlone(next)
  try {
    await keepOwner(handle, file)
    const { records, result } = change((await readTokenFile(file)) ?? [])
    await handle.writeFile(printRecords(records))
    await handle.sync()
    await rename(next, file)
    return result
  } catch (error) {
    await rm(next, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** A file of root's, say, is one that the service cannot read any more. Throws TokenFileError where that may not be done. */
async function keepOwner(handle: FileHandle, file: string): Promise<void> {
  const before = await stat(file).catch(() => null)
  if (!before || before.uid === (await handle.stat()).uid) return
  await handle.chown(before.uid, before.gid).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    throw new TokenFileError(`${file} belongs to another user (${code}): run the command as that user.`)
  })
}

/** Throws TokenFileError. */
async function openAlone(file: string) {
  // what is wrong with the folder shows when the file is opened
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 }).catch(() => {})
  for (let tries = 0; tries < patience.tries; tries += 1) {
    try {
      return await open(file, 'wx', 0o600)
    } catch (error) {
      if (!isCode(error, 'EEXIST')) {
        throw new TokenFileError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
      }
    }
    await sleep(patience.everyMs)
  }
  throw new TokenFileError(`Another command is writing ${file}. If none runs any more, remove that file.`)
}
