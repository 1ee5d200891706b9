import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import Libsql from 'libsql'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { migratePostgres, migrateSqlite } from '../../src/services/db/migrate.ts'
import type { Provider } from '../../src/services/db/open-db.ts'
import { PrismaSqlite } from '../../src/services/db/sqlite-client.ts'
import { noFilters, openSchemaEngine, readSchema } from '../../tools/schema-engine.ts'
import { createTestDatabase, providers } from '../support/databases.ts'

const schemaDir = (provider: Provider) => fileURLToPath(new URL(`../../prisma/${provider}`, import.meta.url))
const fileOf = (url: string) => url.slice('file:'.length)
const migrate = async (provider: Provider, url: string, dir = `${schemaDir(provider)}/migrations`) =>
  provider === 'sqlite' ? migrateSqlite(fileOf(url), dir) : migratePostgres(url, dir)

/** adapter-pg has no name for PostgreSQL's internal "char" type (OID 18), which the catalogue is full of: read it as text. */
function introspectable(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString })
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args)
    for (const field of result.fields ?? []) if (field.dataTypeID === 18) field.dataTypeID = 25
    return result
  }) as typeof pool.query
  return pool
}

/** Written by hand: the models cannot say them, and the engine's question about them is not SQL that libSQL takes. */
const partialIndexes = [
  'VariantSet_current_key',
  'Placement_without_venue_key',
  'Task_running_image_key',
  'Task_retrying_idx',
  'VariantSet_retired_idx',
  'VariantSet_collecting_idx',
  'Run_turn_idx',
  'Run_unplanned_idx',
  'Run_finished_idx',
  'Run_parent_idx',
]

function dropFromFile(file: string): void {
  const db = new Libsql(file)
  for (const name of partialIndexes) db.exec(`DROP INDEX "${name}"`)
  db.close()
}

async function copyMigrations(provider: Provider) {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-migrations-'))
  await cp(`${schemaDir(provider)}/migrations`, dir, { recursive: true })
  return {
    dir,
    async add(name: string, sql: string) {
      await mkdir(path.join(dir, name), { recursive: true })
      await writeFile(path.join(dir, name, 'migration.sql'), sql)
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

describe.each(providers)('the migrations on %s', (provider) => {
  it('make what the models say', async () => {
    await using database = await createTestDatabase(provider)
    await migrate(provider, database.url)
    const files = readSchema(schemaDir(provider))
    const pool = provider === 'sqlite' ? null : introspectable(database.url)
    if (pool) for (const name of partialIndexes) await pool.query(`DROP INDEX "${name}"`)
    else dropFromFile(fileOf(database.url))
    const adapter = pool ? new PrismaPg(pool) : new PrismaSqlite(fileOf(database.url))
    const engine = await openSchemaEngine(adapter, files)
    try {
      const { stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: process.cwd() },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: noFilters,
      })
      expect(stdout).toContain('This is an empty migration')
    } finally {
      engine.free()
      await pool?.end()
    }
  })

  it('are applied once, whoever starts at the same time', async () => {
    await using database = await createTestDatabase(provider)
    const applied = await Promise.all([1, 2, 3].map(() => migrate(provider, database.url)))
    expect(applied.map((names) => names.length).sort()).toEqual([0, 0, applied.flat().length])
    expect(applied.flat().length).toBeGreaterThan(0)
  })

  it('leave nothing behind when one fails', async () => {
    await using database = await createTestDatabase(provider)
    await using copy = await copyMigrations(provider)
    await copy.add('29990101000000_broken', 'CREATE TABLE "Left" ("id" TEXT PRIMARY KEY); SELECT * FROM "Nowhere";')
    await expect(migrate(provider, database.url, copy.dir)).rejects.toThrow('Migration 29990101000000_broken:')
    await copy.add('29990101000000_broken', 'CREATE TABLE "Left" ("id" TEXT PRIMARY KEY);')
    expect(await migrate(provider, database.url, copy.dir)).toContain('29990101000000_broken')
  })

  it('are refused when one was edited after it was applied, or is unknown', async () => {
    await using database = await createTestDatabase(provider)
    await using copy = await copyMigrations(provider)
    await copy.add('29990101000000_later', 'SELECT 1;')
    await migrate(provider, database.url, copy.dir)
    await expect(migrate(provider, database.url)).rejects.toThrow('which this version does not know')
    await copy.add('29990101000000_later', 'SELECT 2;')
    await expect(migrate(provider, database.url, copy.dir)).rejects.toThrow('was edited after it was applied')
  })
})

it('a table rebuild on SQLite keeps the rows that point to it', async () => {
  await using database = await createTestDatabase('sqlite')
  await using copy = await copyMigrations('sqlite')
  await migrate('sqlite', database.url, copy.dir)
  const db = new Libsql(fileOf(database.url))
  db.exec(`PRAGMA foreign_keys=ON;
    INSERT INTO "Run" ("id", "kind", "lane", "scope") VALUES ('run', 'UPLOAD', 0, '{}');
    INSERT INTO "RunEvent" ("runId", "seq", "type", "payload") VALUES ('run', 1, 'QUEUED', '{}')`)
  // what Prisma writes for a changed column: the PRAGMA inside is without effect in a transaction
  await copy.add(
    '29990101000000_rebuild',
    `PRAGMA foreign_keys=OFF; CREATE TABLE "new_Run" AS SELECT * FROM "Run"; DROP TABLE "Run";
     ALTER TABLE "new_Run" RENAME TO "Run"; CREATE UNIQUE INDEX "Run_id" ON "Run"("id"); PRAGMA foreign_keys=ON;`,
  )
  await migrate('sqlite', database.url, copy.dir)
  expect(db.prepare('SELECT count(*) AS events FROM "RunEvent"').get()).toMatchObject({ events: 1 })
  db.close()
})
