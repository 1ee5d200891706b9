import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, it } from 'vitest'
import { checkClock } from '../../src/services/db/check-clock.ts'
import type { Db } from '../../src/services/db/open-db.ts'

/** Leases of 30 s, with a database whose clock is that far ahead of ours; resolves to the lines of the log. */
async function check(aheadMs: number): Promise<string[]> {
  const lines: string[] = []
  const log = pino(
    new Writable({
      write(line, _encoding, done) {
        lines.push(String(line))
        done()
      },
    }),
  )
  await checkClock({ $queryRaw: async () => [{ ms: Date.now() + aheadMs }] } as unknown as Db, 30_000, log)
  return lines
}

it('lets a process start whose clock is right', async () => {
  expect(await check(0)).toEqual([])
  expect(await check(-3_000)).toEqual([])
})

it('warns of a clock that is away, before or behind', async () => {
  expect(await check(6_000)).toEqual([expect.stringContaining('the clock of this machine is away')])
  expect(await check(-6_000)).toHaveLength(1)
})

it('lets no process start that would take the tasks of others for abandoned', async () => {
  await expect(check(-11_000)).rejects.toThrow("is 11 s away from PostgreSQL's")
  await expect(check(11_000)).rejects.toThrow('NTP')
})
