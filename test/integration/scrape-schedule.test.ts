import { describe, expect, it } from 'vitest'
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
    while ((await finished()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await f.app.db.venueEvent.count()).toBe(1)
    const active = await f.app.db.run.count({ where: { kind: 'SCRAPE', finishedAt: null } })
    expect(active).toBeLessThanOrEqual(1)
    const row = await f.app.db.schedule.findUniqueOrThrow({ where: { name: 'scrape' } })
    expect(row.pattern).toBe('* * * * * * America/Los_Angeles')
  }, 60_000)
})
