import { expect, it } from 'vitest'
import { createSyncChore } from '../../src/services/sync-chore.ts'
import { createEngine, type Engine } from '../support/engine.ts'
import { addEvent } from '../support/venue-rows.ts'

/** A run, and how often a look begins a sync after it. */
async function startsAfter({ db }: Engine, run: object): Promise<number> {
  await db.run.deleteMany()
  await db.run.create({ data: { kind: 'SYNC', lane: 1, scope: {}, plannedAt: new Date(), ...run } })
  let started = 0
  const sync = async () => {
    started += 1
    return db.run.findFirstOrThrow()
  }
  await createSyncChore({ db, sync })()
  return started
}

it('leaves D1 alone while pages are read and after a sync that failed or was cancelled, and not while they pause', async () => {
  await using engine = await createEngine()
  await addEvent(engine, { pictureKey: 'artists/carl-cox/carl-cox_liv_hd.jpg', pictureSha256: '0'.repeat(64) })
  const finishedAt = new Date()
  const longAgo = new Date(Date.now() - 6 * 60_000)
  const over = { status: 'SUCCEEDED', finishedAt }
  expect(await startsAfter(engine, over)).toBe(1)
  expect(await startsAfter(engine, { ...over, failedCount: 1 })).toBe(0)
  expect(await startsAfter(engine, { ...over, status: 'CANCELLED' })).toBe(0)
  expect(await startsAfter(engine, { ...over, status: 'CANCELLED', finishedAt: longAgo })).toBe(1)
  expect(await startsAfter(engine, { kind: 'SCRAPE', status: 'RUNNING' })).toBe(0)
  expect(await startsAfter(engine, { kind: 'SCRAPE', status: 'RUNNING', pausedAt: finishedAt })).toBe(1)
})
