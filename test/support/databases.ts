import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Libsql from 'libsql'
import pg from 'pg'
import { inject } from 'vitest'
import type { Provider } from '../../src/services/db/open-db.ts'
import { onPostgres, templateName } from './postgres.ts'

/** The database that the tests of this project are for; each file runs once for each of them. */
export const provider = inject('provider')

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** A database of its own with nothing in its tables, gone when disposed. */
export function createTestDatabase(of: Provider = provider): Promise<TestDatabase> {
  return of === 'sqlite' ? createSqlite() : createPostgres(templateName)
}

/** One without tables. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return provider === 'sqlite' ? createSqlite() : createPostgres('template1')
}

async function createSqlite(): Promise<TestDatabase> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-db-'))
  return {
    url: `file:${path.join(dir, 'test.db')}`,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

async function createPostgres(template: string): Promise<TestDatabase> {
  const server = inject('postgresUrl') ?? ''
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onPostgres(server, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onPostgres(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

/** Somebody else who holds it locked, so that nobody can write, until disposed. */
export async function lockDatabase(url: string): Promise<AsyncDisposable> {
  if (url.startsWith('file:')) {
    const file = new Libsql(url.slice('file:'.length))
    file.exec('BEGIN IMMEDIATE')
    return {
      async [Symbol.asyncDispose]() {
        file.exec('ROLLBACK')
        file.close()
      },
    }
  }
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN; LOCK TABLE "Schedule" IN EXCLUSIVE MODE')
  return { [Symbol.asyncDispose]: () => client.end() }
}

/** The folder with all that it keeps. */
export async function folderOf(url: string): Promise<string> {
  if (url.startsWith('file:')) return path.dirname(url.slice('file:'.length))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('CHECKPOINT')
    const { rows } = await client.query<{ dir: string }>(
      `SELECT current_setting('data_directory') || '/base/' || oid AS dir FROM pg_database WHERE datname = current_database()`,
    )
    return rows[0]?.dir ?? ''
  } finally {
    await client.end()
  }
}
