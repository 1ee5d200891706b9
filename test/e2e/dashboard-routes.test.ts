import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Dashboard,
  layoutShift,
  openDashboard,
  photos,
  seriousFindings,
  uploadTogether,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { damagedJpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'

const setUp = `mutation {
  upsertArtist(input: { name: "Lantern Fox" }) { __typename }
  reconcileStorage(input: {}) { __typename }
}`

const underWay = '{ runs(status: [QUEUED, RUNNING]) { totalCount } }'

const ids = `{ images(first: 1) { nodes { id } } runs(first: 1, kind: [UPLOAD]) { nodes { id } } artists(first: 1) { nodes { slug } } }`

interface Ids {
  images: { nodes: { id: string }[] }
  runs: { nodes: { id: string }[] }
  artists: { nodes: { slug: string }[] }
}

const names = [
  '/',
  '/images',
  '/images/:id',
  '/artists',
  '/artists/:slug',
  '/runs',
  '/runs/:id',
  '/upload',
  '/venues',
  '/system',
]

describe.skipIf(!chromium)('every page', () => {
  let dashboard: Dashboard
  let paths: Map<string, string>
  beforeAll(async () => {
    dashboard = await openDashboard()
    await uploadTogether(dashboard, [...(await photos(6)), await damagedJpeg()])
    await dashboard.gql(setUp)
    await eventually('all is done', async () => {
      const { runs } = await dashboard.gql<{ runs: { totalCount: number } }>(underWay)
      return runs.totalCount === 0
    })
    const { images, runs, artists } = await dashboard.gql<Ids>(ids)
    paths = new Map(names.map((name) => [name, name]))
    paths.set('/images/:id', `/images/${encodeURIComponent(images.nodes[0]?.id ?? '')}`)
    paths.set('/runs/:id', `/runs/${encodeURIComponent(runs.nodes[0]?.id ?? '')}`)
    paths.set('/artists/:slug', `/artists/${artists.nodes[0]?.slug}`)
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  it.each(names)('%s can be used by everybody, stands still as it comes, and fits a narrow window', async (name) => {
    const page = await dashboard.open({ colorScheme: 'dark' })
    const response = await page.goto(paths.get(name) ?? '')
    expect(response?.status()).toBe(200)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    expect(await layoutShift(page)).toBeLessThanOrEqual(0.02)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await seriousFindings(page), colorScheme).toEqual([])
    }
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await page.title()).toMatch(/\S · Greenroom$/)
    await page.setViewportSize({ width: 360, height: 640 })
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.context().close()
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
