import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { expectConsistent } from '../support/engine.ts'
import { jpeg } from '../support/images.ts'
import { overWebSocket } from '../support/subscribe.ts'

interface Snapshot {
  runUpdated: { id: string; kind: string; status: string; processedCount: number; totalCount: number }
}

interface Progress {
  runProgress: { seq: number; type: string; run: Record<string, number> }
}

/**
 * Follows a run, leaves after one to three events and comes back for those after the last one seen. Once it is over,
 * from the beginning again, so that there always is something to miss. Returns what was seen each time.
 */
async function watchWithDrops({ url }: TestApp, query: string, drops: number): Promise<Progress['runProgress'][][]> {
  const histories: Progress['runProgress'][][] = [[]]
  for (let drop = 0; drop < drops; drop += 1) {
    const seen = histories.at(-1) ?? []
    await using subscription = overWebSocket<Progress>(url, { query, variables: { afterSeq: seen.length } })
    for (let events = 0; events <= drop % 3; events += 1) {
      const { value } = await subscription.results.next()
      if (value?.data) seen.push(value.data.runProgress)
    }
    if (seen.at(-1)?.type === 'SUCCEEDED') histories.push([])
  }
  return histories
}

describe(`a dashboard on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp()
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const watch = (args = '') =>
    overWebSocket<Snapshot>(app.url, {
      query: `subscription { runUpdated${args} { id kind status processedCount totalCount } }`,
    })

  it('sees first what is under way, then every change, at most four a second for a run, and its end', async () => {
    await tell(app, 'setConcurrency', { concurrency: 0 })
    const { run } = await app.upload(await jpeg(1600, 1200))
    const { run: ended } = await app.upload(await jpeg(), { recipes: ['presets'] })
    await tell(app, 'cancelRun', { id: ended.id })
    await using subscription = watch()
    const seen: { status: string; at: number }[] = []
    for await (const { data } of subscription.results) {
      expect(data?.runUpdated.id).toBe(run.id)
      seen.push({ status: data?.runUpdated.status ?? '', at: performance.now() })
      if (seen.length === 1) await tell(app, 'setConcurrency', { concurrency: 2 })
      if (seen.at(-1)?.status === 'SUCCEEDED') break
    }
    expect(seen[0]?.status).toBe('QUEUED')
    expect(seen.some(({ status }) => status === 'RUNNING')).toBe(true)
    const events = await app.db.runEvent.count({ where: { runId: databaseId(run.id) } })
    expect(seen.length).toBeLessThan(events)
    // by the sender's clock; here a message may come late and the next at once
    const took = (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0)
    expect(seen.length).toBeLessThanOrEqual(2 + took / 240)
  })

  it('sees only the kinds it asked for', async () => {
    await tell(app, 'setConcurrency', { concurrency: 0 })
    await app.upload(await jpeg())
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['artist'] })
    await using subscription = watch('(kind: [REPROCESS])')
    expect((await subscription.results.next()).value?.data?.runUpdated).toMatchObject({ id: run.id, kind: 'REPROCESS' })
  })

  it('hears of every run that changes, though more are under way than it is shown at first', async () => {
    const scope = { kind: 'UPLOAD', recipes: ['presets'] }
    const paused = {
      kind: 'UPLOAD',
      lane: 0,
      scope,
      pausedAt: new Date(),
      plannedAt: new Date(),
      totalCount: 1,
    } as const
    const rows = await app.db.run.createManyAndReturn({ data: Array.from({ length: 600 }, () => paused) })
    const oldest = rows.map(({ id }) => id).sort()[0] ?? ''
    await using subscription = watch()
    for (let shown = 0; shown < 500; shown += 1) await subscription.results.next()
    const next = subscription.results.next()
    await sleep(2_100)
    await tell(app, 'resumeRun', { id: Buffer.from(`ProcessingRun:${oldest}`).toString('base64') })
    expect(databaseId((await next).value?.data?.runUpdated.id ?? '')).toBe(oldest)
  })

  it('that drops and comes back a hundred times sees each event once', async () => {
    const uploads = await Promise.all([jpeg(1600, 1200), jpeg(1280, 960)])
    for (const bytes of uploads) await app.upload(bytes)
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['responsive', 'presets', 'artist'] })
    const query = `subscription ($afterSeq: Int) { runProgress(runId: "${run.id}", afterSeq: $afterSeq) {
      seq type run { totalCount processedCount succeededCount skippedCount failedCount cancelledCount } } }`
    const histories = await watchWithDrops(app, query, 100)
    expect(histories.length).toBeGreaterThan(1)
    for (const each of histories) expect(each.map(({ seq }) => seq)).toEqual(each.map((_event, index) => index + 1))
    const seen = histories[0] ?? []
    for (const { run: counts } of seen) {
      const { processedCount, succeededCount = 0, skippedCount = 0, failedCount = 0, cancelledCount = 0 } = counts
      expect(processedCount).toBe(succeededCount + skippedCount + failedCount + cancelledCount)
    }
    await expectConsistent(app.db, databaseId(run.id))
    await sleep(20)
    expect(app.bell.listenerCount).toBe(0)
  })
})
