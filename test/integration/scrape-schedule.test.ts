import { describe, expect, it } from 'vitest'
import { RunAlreadyActiveError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { createScrapeSchedule } from '../../src/services/scrape-schedule.ts'
import { createEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { createScrapeFixture, listingPath } from '../support/venue-site.ts'

describe('a scrape by schedule', () => {
  it('begins when it is due, one at a time, and is known to the next start', async () => {
    // a free port is only known once the site is up, so the page is named by a site that is up before the service
    await using first = await createScrapeFixture()
    first.site.pages.set('/a.jpg', { body: await jpeg() })
    first.list([{ title: 'Carl Cox', image: '/a.jpg' }])
    await using f = await createScrapeFixture({
      allow: first.site.host,
      env: {
        SCRAPE_SCHEDULE: '* * * * * *',
        SCRAPE_PAGES: `liv=${first.site.url(listingPath)}`,
      },
    })
    const finished = () => f.app.db.run.findMany({ where: { kind: 'SCRAPE', finishedAt: { not: null } } })
    await eventually('a run has finished', async () => (await finished()).length > 0)
    expect(await f.app.db.venueEvent.count()).toBe(1)
    const active = await f.app.db.run.count({ where: { kind: 'SCRAPE', finishedAt: null } })
    expect(active).toBeLessThanOrEqual(1)
    const row = await f.app.db.schedule.findUniqueOrThrow({ where: { name: 'scrape' } })
    expect(row.pattern).toBe('* * * * * * America/Los_Angeles')
  }, 60_000)

  it('is not lost when it cannot be started, but tried again a minute later', async () => {
    await using engine = await createEngine()
    const { db } = engine
    const outcomes: (Error | null)[] = [new Error('The storage is away.'), new RunAlreadyActiveError('1'), null]
    const start = async () => {
      const outcome = outcomes.shift()
      if (outcome) throw outcome
      return db.run.create({ data: { kind: 'SCRAPE', lane: 1, scope: {} } })
    }
    const schedule = { pattern: '0 4 * * *', timezone: 'UTC' }
    const step = createScrapeSchedule({ db, scrapes: { start }, log: createLog('silent'), schedule })
    const stepWhenDue = async () => {
      await db.schedule.updateMany({ data: { nextAt: new Date(Date.now() - 1_000) } })
      await step()
      return (await db.schedule.findFirstOrThrow()).nextAt
    }
    // the first look only notes when it is due
    await step()
    expect(outcomes).toHaveLength(3)

    await expect(stepWhenDue()).rejects.toThrow('The storage is away.')
    const nextAt = (await db.schedule.findFirstOrThrow()).nextAt.getTime()
    expect(nextAt - Date.now()).toBeGreaterThan(50_000)
    expect(nextAt - Date.now()).toBeLessThanOrEqual(60_000)
    await step()
    expect(outcomes).toHaveLength(2)
    for (const left of [1, 0]) {
      expect((await stepWhenDue()).toISOString()).toContain('T04:00:00.000Z')
      expect(outcomes).toHaveLength(left)
    }
  })
})
