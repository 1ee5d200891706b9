import path from 'node:path'
import type { Config } from '../config.ts'
import { BackupError, backupSqlite } from '../services/db/backup.ts'

/** Copies the database of the configuration, whether a service runs or not; resolves to what there is to say. */
export async function backUp({ database }: Pick<Config, 'database'>, target: string): Promise<string> {
  if (!database.url.startsWith('file:')) {
    throw new BackupError('The database is PostgreSQL, which pg_dump copies; see docs/operations.md.')
  }
  const file = path.resolve(target)
  const byteSize = await backupSqlite(database.url.slice('file:'.length), file)
  return `${file} holds the database, ${(byteSize / 1e6).toFixed(1)} MB. The pictures are files of their own; see docs/operations.md.`
}
