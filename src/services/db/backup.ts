import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import Libsql from 'libsql'
import { OperatorError } from '../../errors.ts'

export class BackupError extends OperatorError {
  override readonly name = 'BackupError'
}

/** How long another process may hold the database locked before it is given up, ms. */
const patienceMs = 30_000

/**
 * Copies a SQLite database as it is at one moment, also while a service writes to it: what is in its write-ahead log
 * goes with it, which a copy of the file alone would lack. The copy is whole, looked through and on the disk when it has
 * its name. Throws BackupError when there is nothing to copy, or something of that name. Bytes of the copy.
 */
export async function backupSqlite(file: string, target: string): Promise<number> {
  if (!(await exists(file))) throw new BackupError(`There is no database ${file}.`)
  if (await exists(target)) throw new BackupError(`There is a file ${target} already.`)
  const partial = `${target}.partial`
  await mkdir(path.dirname(target), { recursive: true })
  await rm(partial, { force: true })
  try {
    copy(file, partial)
    check(partial)
    const byteSize = await sync(partial)
    await rename(partial, target)
    await sync(path.dirname(target))
    return byteSize
  } catch (cause) {
    await rm(partial, { force: true })
    throw new BackupError(`The database cannot be copied to ${target}: ${(cause as Error).message}.`, { cause })
  }
}

function copy(file: string, target: string): void {
  const db = new Libsql(file, { timeout: patienceMs })
  try {
    db.prepare('VACUUM INTO ?').run([target])
  } finally {
    db.close()
  }
}

function check(file: string): void {
  const db = new Libsql(file, { readonly: true })
  try {
    const rows = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
    const problems = rows.map((row) => row.integrity_check).filter((each) => each !== 'ok')
    if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '))
  } finally {
    db.close()
  }
}

/** Puts a file or a folder on the disk. */
async function sync(name: string): Promise<number> {
  await using handle = await open(name, 'r')
  await handle.sync()
  return (await handle.stat()).size
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )
