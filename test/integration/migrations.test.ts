import { PrismaPg } from '@prisma/adapter-pg'
import Libsql from 'libsql'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { PrismaSqlite } from '../../src/services/db/sqlite-client.ts'
import { noFilters, openSchemaEngine, readSchema } from '../../tools/schema-engine.ts'
import { createEmptyDatabase, provider } from '../support/databases.ts'
import { copyMigrations, fileOf, migrate, schemaDir } from '../support/migrations.ts'

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

describe(`the migrations on ${provider}`, () => {
  it('make what the models say', async () => {
    await using database = await createEmptyDatabase()
    await migrate(database.url)
    const files = readSchema(schemaDir)
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
    await using database = await createEmptyDatabase()
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url)))
    expect(applied.map((names) => names.length).sort()).toEqual([0, 0, applied.flat().length])
    expect(applied.flat().length).toBeGreaterThan(0)
  })

  it('leave nothing behind when one fails', async () => {
    await using database = await createEmptyDatabase()
    await using copy = await copyMigrations()
    await copy.add('29990101000000_broken', 'CREATE TABLE "Left" ("id" TEXT PRIMARY KEY); SELECT * FROM "Nowhere";')
    await expect(migrate(database.url, copy.dir)).rejects.toThrow('Migration 29990101000000_broken:')
    await copy.add('29990101000000_broken', 'CREATE TABLE "Left" ("id" TEXT PRIMARY KEY);')
    expect(await migrate(database.url, copy.dir)).toContain('29990101000000_broken')
  })

  it('are refused when one was edited after it was applied, or is unknown', async () => {
    await using database = await createEmptyDatabase()
    await using copy = await copyMigrations()
    await copy.add('29990101000000_later', 'SELECT 1;')
    await migrate(database.url, copy.dir)
    await expect(migrate(database.url)).rejects.toThrow('which this version does not know')
    await copy.add('29990101000000_later', 'SELECT 2;')
    await expect(migrate(database.url, copy.dir)).rejects.toThrow('was edited after it was applied')
  })
})
