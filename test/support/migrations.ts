import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { migratePostgres, migrateSqlite } from '../../src/services/db/migrate.ts'
import { provider } from './databases.ts'

/** The schema of the database that the tests are for. */
export const schemaDir = fileURLToPath(new URL(`../../prisma/${provider}`, import.meta.url))

export const fileOf = (url: string) => url.slice('file:'.length)

/** Applies what is missing; the names of that. */
export const migrate = async (url: string, dir = `${schemaDir}/migrations`) =>
  provider === 'sqlite' ? migrateSqlite(fileOf(url), dir) : migratePostgres(url, dir)

/** The migrations in a folder of their own, to which others can be added. */
export async function copyMigrations() {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-migrations-'))
  await cp(`${schemaDir}/migrations`, dir, { recursive: true })
  return {
    dir,
    async add(name: string, sql: string) {
      await mkdir(path.join(dir, name), { recursive: true })
      await writeFile(path.join(dir, name, 'migration.sql'), sql)
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
