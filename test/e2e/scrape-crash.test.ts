import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Api, createApi } from '../../src/cli/api.ts'
import { startSampleVenues } from '../../src/cli/sample-venues.ts'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { createDataDir, type Server, startServer } from '../support/server.ts'

const start = `mutation { scrapeVenues(input: {}) { ... on StartRunPayload { run { id } } ... on Error { message } } }`
const look = `query ($id: ID!) { run(id: $id) { status processedCount totalCount failedCount }
  venueEvents(first: 100) { nodes { eventId synced artistSlug images { url } } } }`

interface Seen {
  run: { status: string; processedCount: number; totalCount: number; failedCount: number }
  venueEvents: { nodes: { eventId: string; synced: boolean; artistSlug: string; images: { url: string }[] }[] }
}

async function until(api: Api, id: string, condition: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await api.query<Seen>(look, { id })
    if (condition(seen)) return seen
    await sleep(20)
  }
}

it('is gone on with after each kill, and ends in D1 with every picture that there is', async () => {
  await using site = await startSampleVenues({ port: 0 })
  await using data = await createDataDir()
  const pages = Object.entries(site.pages).flatMap(([source, urls]) => urls.map((url) => `${source}=${url}`))
  const env = {
    SOURCE_ALLOW: site.host,
    SCRAPE_PAGES: pages.join(','),
    PUBLIC_BASE_URL: 'https://img.example',
    RETRY_BASE_SECONDS: '0',
  }
  let server: Server = await startServer(data.dir, env)
  const { scrapeVenues } = await createApi(server.url).query<{ scrapeVenues: { run: { id: string } } }>(start)
  const { id } = scrapeVenues.run
  // while pages are read, while pictures are fetched, while they are made
  for (const processed of [0, 1, 4, 8]) {
    await until(createApi(server.url), id, ({ run }) => run.processedCount >= processed)
    await server.stop('SIGKILL')
    server = await startServer(data.dir, env)
  }
  const done = ({ run, venueEvents }: Seen) =>
    ['SUCCEEDED', 'FAILED'].includes(run.status) &&
    venueEvents.nodes.every(({ synced, images }) => synced || images.length === 0)
  const { run, venueEvents } = await until(createApi(server.url), id, done)
  expect(run).toMatchObject({ status: 'SUCCEEDED', failedCount: 0 })
  expect(run.processedCount).toBe(run.totalCount)
  expect(await server.stop('SIGTERM')).toBe(0)

  await using d1 = await openD1({ file: path.join(data.dir, 'private/d1.db'), cloudflare: null })
  const rows = await d1.read(null, 100, AbortSignal.timeout(10_000))
  const shown = venueEvents.nodes.filter(({ images }) => images.length > 0)
  expect(rows.map((row) => [row.id, row.artistSlug]).sort()).toEqual(
    shown.map(({ eventId, artistSlug }) => [eventId, artistSlug]).sort(),
  )
  const addresses = new Set(shown.flatMap(({ images }) => images.map(({ url }) => url)))
  expect(rows.every(({ artistImageUrl }) => addresses.has(artistImageUrl ?? ''))).toBe(true)
}, 120_000)
