import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { openDb } from '../../src/services/db/open-db.ts'
import { DatabaseInUseError } from '../../src/services/db/owner-lock.ts'
import { createTestDatabase } from '../support/databases.ts'

describe('the SQLite file', () => {
  it('is durable and checked: WAL, synchronous FULL, foreign keys', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    const pragma = async (name: string) =>
      Object.values((await opened.db.$queryRawUnsafe<object[]>(`PRAGMA ${name}`))[0] ?? {})
    expect((await pragma('journal_mode'))[0]).toBe('wal')
    expect(Number((await pragma('synchronous'))[0])).toBe(2)
    expect(Number((await pragma('foreign_keys'))[0])).toBe(1)
  })

  it('belongs to one opener at a time', async () => {
    await using database = await createTestDatabase()
    {
      await using _first = await openDb(database.url)
      await expect(openDb(database.url)).rejects.toThrow(DatabaseInUseError)
    }
    await using again = await openDb(database.url)
    expect(await again.db.artist.count()).toBe(0)
  })

  it('belongs to one process at a time, and to nobody after a kill', async () => {
    await using database = await createTestDatabase()
    const other = fork(new URL('../support/hold-database.ts', import.meta.url), [database.url], {
      execArgv: ['--import', 'tsx'],
    })
    await once(other, 'message')
    await expect(openDb(database.url)).rejects.toThrow('Another Greenroom process is using')
    const exited = once(other, 'exit')
    other.kill('SIGKILL')
    await exited
    await using opened = await openDb(database.url)
    expect(await opened.db.artist.count()).toBe(0)
  })
})
