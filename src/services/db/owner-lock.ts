import Libsql from 'libsql'
import { OperatorError } from '../../errors.ts'

export class DatabaseInUseError extends OperatorError {
  override readonly name = 'DatabaseInUseError'
  constructor(file: string) {
    super(
      `Another Greenroom process is using ${file}. Stop it or choose another DATA_DIR; to send commands to it, set GREENROOM_URL to its address.`,
    )
  }
}

/**
 * Makes this process the only server of a SQLite database, until disposed or dead. The lock is SQLite's own exclusive
 * file lock on an empty database beside the real one: the kernel drops it with the process, so a kill leaves nothing
 * stale behind.
 */
export function ownDatabaseFile(file: string): Disposable {
  const lock = new Libsql(`${file}.lock`, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') throw new DatabaseInUseError(file)
    throw error
  }
  return {
    [Symbol.dispose]() {
      lock.close()
    },
  }
}
