import { describe, expect, it } from 'vitest'
import { jpeg } from '../support/images.ts'
import { startPictureSite } from '../support/picture-site.ts'
import { createScrapeFixture } from '../support/venue-site.ts'

/** Hosts of this machine, each with a fault of its own. */
const hosts = Array.from({ length: 10 }, (_, at) => `127.0.0.${at + 11}`)

describe('a scrape over hosts that fail in every way', () => {
  it('ends each picture as its fault deserves, asks no host twice within 200 ms, and five at once at most', async () => {
    const sites = await Promise.all(hosts.map((host) => startPictureSite(host)))
    const [failing, busy, hanging, resetting, cutting, small, html, moving, scaled, corrupt] = sites
    if (!failing || !busy || !hanging || !resetting || !cutting || !small || !html || !moving || !scaled || !corrupt) {
      throw new Error('A site is missing.')
    }
    const good = () => jpeg(400, 300)
    const once = (first: object, then: object) => {
      let asked = 0
      return () => {
        asked += 1
        return asked === 1 ? first : then
      }
    }
    failing.pages.set('/a.jpg', once({ status: 500 }, { body: await good() }))
    busy.pages.set('/a.jpg', once({ status: 429, headers: { 'retry-after': '1' } }, { body: await good() }))
    hanging.pages.set('/a.jpg', once({ fault: 'hang' }, { body: await good() }))
    resetting.pages.set('/a.jpg', once({ body: await good(), fault: 'reset' }, { body: await good() }))
    const whole = await good()
    cutting.pages.set('/a.jpg', once({ body: whole.subarray(0, whole.length / 2) }, { body: whole }))
    corrupt.pages.set('/a.jpg', { body: whole.subarray(0, whole.length / 2) })
    small.pages.set('/a.jpg', { body: await jpeg(99, 100) })
    html.pages.set('/a.jpg', { body: Buffer.from('<!doctype html>'), headers: { 'content-type': 'image/jpeg' } })
    moving.pages.set('/a.jpg', { status: 302, headers: { location: 'https://elsewhere.example/a.jpg' } })
    scaled.pages.set('/wp-content/uploads/2026/03/zedd-scaled.jpg', { body: await good() })

    const allow = sites.map((site) => site.host).join(',')
    await using f = await createScrapeFixture({ allow, env: { CONCURRENCY: '12' } })
    const image = (site: typeof failing) =>
      site === scaled ? '/wp-content/uploads/2026/03/zedd-300x300.jpg' : '/a.jpg'
    f.list(sites.map((site, at) => ({ title: `DJ Number ${at}`, image: site.url(image(site)) })))
    const run = await f.scrape()

    const ended = run.tasks.slice(1).map(({ status, errorCode, attempt }) => [status, errorCode, attempt])
    // the code is that of the attempt before
    expect(ended).toEqual([
      ['SUCCEEDED', 'SOURCE_UNAVAILABLE', 2],
      ['SUCCEEDED', 'SOURCE_UNAVAILABLE', 2],
      ['SUCCEEDED', 'SOURCE_UNAVAILABLE', 2],
      ['SUCCEEDED', 'SOURCE_UNAVAILABLE', 2],
      ['SUCCEEDED', null, 1],
      ['FAILED', 'IMAGE_TOO_SMALL', 1],
      ['FAILED', 'UNSUPPORTED_IMAGE_TYPE', 1],
      ['FAILED', 'SOURCE_BLOCKED', 1],
      ['SUCCEEDED', null, 1],
      ['FAILED', 'CORRUPT_IMAGE', 1],
    ])
    expect(pathsOf(corrupt)).toEqual(['/a.jpg', '/a.jpg'])
    expect(pathsOf(scaled)).toEqual([
      '/wp-content/uploads/2026/03/zedd.jpg',
      '/wp-content/uploads/2026/03/zedd-scaled.jpg',
    ])
    const [refused, again] = busy.asked.filter(({ path }) => path === '/a.jpg').map(({ at }) => at)
    expect((again ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(1_000)
    expect(Math.min(...[...sites, f.site].map(smallestGap))).toBeGreaterThanOrEqual(200)
    expect(mostAtOnce([...sites, f.site].flatMap((site) => site.asked))).toBeLessThanOrEqual(5)
    for (const site of sites) await site[Symbol.asyncDispose]()
  }, 120_000)
})

type Site = Awaited<ReturnType<typeof startPictureSite>>

const pathsOf = ({ asked }: Site) => asked.map(({ path }) => path).filter((path) => path !== '/robots.txt')

/** Between the arrivals of two requests, ms. */
function smallestGap({ asked }: Site): number {
  const gaps = asked.slice(1).map(({ at }, index) => at - (asked[index]?.at ?? 0))
  return Math.min(Number.POSITIVE_INFINITY, ...gaps)
}

/** Requests that had arrived and were not answered yet. */
function mostAtOnce(asked: readonly { at: number; until: number }[]): number {
  return Math.max(...asked.map(({ at }) => asked.filter((other) => other.at <= at && other.until > at).length))
}
