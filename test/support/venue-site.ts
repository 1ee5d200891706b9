import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { createTestApp, type TestApp } from './app.ts'
import { databaseId } from './control.ts'
import { expectConsistent } from './engine.ts'
import { jpeg } from './images.ts'
import { type PictureSite, startPictureSite } from './picture-site.ts'

/** A night as LIV's page lists it. */
export interface Night {
  title: string
  venue?: 'LIV Las Vegas' | 'LIV Beach'
  /** YYYYMMDD */
  date?: string
  /** the address of its picture, absolute or from the root of the site; null for none */
  image: string | null
}

/** A listing page of LIV with these nights. */
export function livPage(nights: readonly Night[]): Buffer {
  return Buffer.from(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Events</title></head><body>
    <section class="uws-events-view">${nights.map(card).join('\n')}</section></body></html>`)
}

function card({ title, venue = 'LIV Las Vegas', date, image }: Night, index: number): string {
  const day = date ?? `203005${String(index + 1).padStart(2, '0')}`
  const code = `EVE9${venue === 'LIV Beach' ? '2' : '1'}${String(index).padStart(5, '0')}000${day}`
  const picture = image === null ? '' : `<img src="${image}" alt="">`
  return `<article class="uws-event-list-item" data-eventcode="${code}">
    <a class="hd-link" href="https://www.livnightclub.com/las-vegas/event/${code}/x/">${picture}</a>
    <h3 class="uv-event-name-title">${title}</h3><p class="uwsvenuename">${venue}</p></article>`
}

export interface ScrapeFixture extends AsyncDisposable {
  app: TestApp
  site: PictureSite
  /** serves this as the listing page of LIV; each call with an ETag of its own */
  list(nights: readonly Night[]): void
  /** a run that reads the listing page, after its end, with its tasks */
  scrape(input?: object): ReturnType<typeof finished>
  /** a run that sends to D1, after its end */
  sync(input?: object): ReturnType<typeof finished>
}

export const listingPath = '/las-vegas/events/'

const started = `{ __typename ... on StartRunPayload { run { id } } ... on Error { code message } }`

interface Started {
  __typename: string
  code?: string
  message?: string
  run?: { id: string }
}

interface Options {
  /** more hosts that may be asked */
  allow?: string
  env?: Record<string, string>
}

/** A service and a site of LIV's shape that it may read. */
export async function createScrapeFixture({ allow = '', env = {} }: Options = {}): Promise<ScrapeFixture> {
  await using resources = new AsyncDisposableStack()
  const site = resources.use(await startPictureSite())
  const app = resources.use(
    await createTestApp({
      env: { SOURCE_ALLOW: [site.host, allow].filter(Boolean).join(','), D1_AUTO_SYNC: 'false', ...env },
    }),
  )
  let listed = 0
  const run = async (mutation: string, inputType: string, input: object) => {
    const document = `mutation ($input: ${inputType}!) { started: ${mutation}(input: $input) ${started} }`
    const answer = await app.gql<{ started: Started }>(document, { input })
    if (!answer.started.run) throw new Error(answer.started.message)
    return finished(app, answer.started.run.id)
  }
  const owned = resources.move()
  return {
    app,
    site,
    list(nights) {
      listed += 1
      site.pages.set(listingPath, {
        body: livPage(nights),
        etag: `"page ${listed}"`,
        headers: { 'content-type': 'text/html' },
      })
    },
    scrape: (input = {}) =>
      run('scrapeVenues', 'ScrapeVenuesInput', { pages: [{ source: 'LIV', url: site.url(listingPath) }], ...input }),
    sync: (input = {}) => run('syncToD1', 'SyncToD1Input', input),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function finished(app: TestApp, runId: string) {
  const id = databaseId(runId)
  for (;;) {
    await app.dispatcher.idle()
    const run = await app.db.run.findUniqueOrThrow({
      where: { id },
      include: { tasks: { orderBy: { position: 'asc' } } },
    })
    // what becomes due later, and the end of a plan, are seen by a clock
    if (run.finishedAt) {
      await expectConsistent(app.db, id)
      return run
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Where the pictures of `listTwo` lie. */
export const twoPictures = {
  cox: '/wp-content/uploads/2026/03/carl-cox.jpg',
  gou: '/img/artists/a87c1de/peggy-gou_500.jpg',
}

/** Two artists with a picture each, and a night that is none. */
export async function listTwo(f: ScrapeFixture): Promise<void> {
  f.site.pages.set(twoPictures.cox, { body: await jpeg(1600, 1200), etag: '"cox 1"' })
  f.site.pages.set(twoPictures.gou, { body: await jpeg(500, 500), etag: '"gou 1"' })
  f.list([
    { title: 'Carl Cox', image: f.site.url('/wp-content/uploads/2026/03/carl-cox-300x225.jpg') },
    { title: 'Peggy Gou', venue: 'LIV Beach', image: twoPictures.gou },
    { title: 'TBA', image: null },
  ])
}
