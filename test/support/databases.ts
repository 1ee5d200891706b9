import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import type { Provider } from '../../src/services/db/open-db.ts'

const postgresUrl = inject('postgresUrl')

/** The databases there are on this machine, for describe.each. */
export const providers: Provider[] = postgresUrl ? ['sqlite', 'postgresql'] : ['sqlite']

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** An empty database of its own, gone when disposed. */
export async function createTestDatabase(provider: Provider): Promise<TestDatabase> {
  return provider === 'sqlite' ? createSqlite() : createPostgres()
}

async function createSqlite(): Promise<TestDatabase> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-db-'))
  return {
    url: `file:${path.join(dir, 'test.db')}`,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

async function createPostgres(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${name}`)
  const url = new URL(postgresUrl ?? '')
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`),
  }
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl ?? '' })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
