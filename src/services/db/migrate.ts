import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import Libsql from 'libsql'
import pg from 'pg'
import { OperatorError } from '../../errors.ts'

// the number Prisma's own `migrate deploy` locks, so that the two never run at once
const advisoryLock = 72_707_369

export class MigrationError extends OperatorError {
  override readonly name = 'MigrationError'
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

interface Applied {
  migration_name: string
  checksum: string
  finished: boolean | number
  rolled_back: boolean | number
}

const readApplied = `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished,
  rolled_back_at IS NOT NULL AS rolled_back FROM _prisma_migrations`

function readMigrations(dir: string): Migration[] {
  const names = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return names
    .map(({ name }) => {
      const sql = readFileSync(path.join(dir, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function findPending(all: Migration[], rows: Applied[]): Migration[] {
  const applied = rows.filter((row) => !row.rolled_back)
  for (const row of applied) {
    const migration = all.find((each) => each.name === row.migration_name)
    if (!row.finished) {
      throw new MigrationError(
        `Migration ${row.migration_name} failed half-way; repair the database and mark it rolled back.`,
      )
    }
    if (!migration) {
      throw new MigrationError(
        `The database has migration ${row.migration_name}, which this version does not know; a newer version ran here.`,
      )
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(`Migration ${row.migration_name} was edited after it was applied.`)
    }
  }
  const done = new Set(applied.map((row) => row.migration_name))
  return all.filter((migration) => !done.has(migration.name))
}

/** Applies what is missing to a SQLite file, all or nothing; returns the names applied. */
export function migrateSqlite(file: string, dir: string): string[] {
  const db = new Libsql(file, { timeout: 30_000 })
  try {
    db.exec('PRAGMA journal_mode=WAL')
    // before BEGIN: inside a transaction it does nothing, and a table rebuild would cascade to the children
    db.exec('PRAGMA foreign_keys=OFF')
    // also the lock between two processes that start together
    db.exec('BEGIN IMMEDIATE')
    const applied = applyToSqlite(db, dir)
    db.exec('COMMIT')
    return applied
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK')
    db.close()
  }
}

function applyToSqlite(db: Libsql.Database, dir: string): string[] {
  db.exec(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL,
    "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
    "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`)
  const pending = findPending(readMigrations(dir), db.prepare(readApplied).all() as Applied[])
  for (const { name, sql, checksum } of pending) {
    const startedAt = Date.now()
    try {
      db.exec(sql)
    } catch (cause) {
      throw new MigrationError(`Migration ${name}: ${(cause as Error).message}`, { cause })
    }
    db.prepare(
      `INSERT INTO _prisma_migrations (id, checksum, started_at, finished_at, migration_name, applied_steps_count)
        VALUES (?, ?, ?, ?, ?, 1)`,
    ).run(randomUUID(), checksum, startedAt, Date.now(), name)
  }
  const broken = db.prepare('PRAGMA foreign_key_check').all()
  if (broken.length > 0) {
    throw new MigrationError(`The migrations break foreign keys: ${JSON.stringify(broken.slice(0, 5))}`)
  }
  return pending.map((migration) => migration.name)
}

/** Applies what is missing to a PostgreSQL database, a transaction each; returns the names applied. */
export async function migratePostgres(connectionString: string, dir: string): Promise<string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(`SELECT pg_advisory_lock(${advisoryLock})`)
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,
      rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0)`)
    const { rows } = await client.query<Applied>(readApplied)
    const pending = findPending(readMigrations(dir), rows)
    for (const migration of pending) await applyToPostgres(client, migration)
    return pending.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

async function applyToPostgres(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const startedAt = new Date()
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, started_at, finished_at, migration_name, applied_steps_count)
        VALUES ($1, $2, $3, clock_timestamp(), $4, 1)`,
      [randomUUID(), checksum, startedAt, name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    throw new MigrationError(`Migration ${name}: ${(cause as Error).message}`, { cause })
  }
}
