import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, openDashboard } from '../support/dashboard.ts'
import { chromium } from '../support/installed.ts'

const count = 10_000

/** Newest first; more come in while they are read. */
const stored = Array.from({ length: count }, (_, index) => `image-${count - index}`)

const image = (id: string) => ({
  __typename: 'Image',
  id,
  filename: `${id}.jpg`,
  width: 400,
  height: 300,
  placeholder: null,
  dominantColor: '#336699',
  srcset: '',
  thumbnail: null,
  main: null,
  status: 'READY',
  artists: [],
})

interface Asked {
  query: string
  variables: { first: number; after: string | null; input: { ids: string[] } }
}

describe.skipIf(!chromium)('a gallery of 10,000', () => {
  let dashboard: Dashboard
  let page: Page
  const cursors: (string | null)[] = []
  const reprocessed: string[][] = []
  let refuseAfter = Number.POSITIVE_INFINITY

  function pageAfter(after: string | null, first: number) {
    cursors.push(after)
    const from = after === null ? 0 : stored.indexOf(after) + 1
    const ids = stored.slice(from, from + first)
    if (cursors.length % 10 === 0) stored.unshift(`image-${stored.length + 1}`)
    const pageInfo = { hasNextPage: from + ids.length < stored.length, endCursor: ids.at(-1) ?? null }
    return { images: { totalCount: count, nodes: ids.map(image), pageInfo } }
  }

  function reprocess(ids: string[]) {
    if (reprocessed.length >= refuseAfter) {
      return { reprocessImages: { __typename: 'QueueFullError', message: 'The queue is full.' } }
    }
    reprocessed.push(ids)
    return { reprocessImages: { __typename: 'StartRunPayload', run: { id: `run-${reprocessed.length}` } } }
  }

  function answer(route: Route): Promise<void> {
    const { query, variables } = route.request().postDataJSON() as Asked
    if (query.includes('query Gallery(')) return fulfill(route, pageAfter(variables.after, variables.first))
    if (query.includes('query IdsInFilter(')) return fulfill(route, { imageIds: { ids: stored, isWhole: true } })
    if (query.includes('mutation ReprocessImages(')) return fulfill(route, reprocess(variables.input.ids))
    return route.continue()
  }
  const fulfill = (route: Route, data: object) => route.fulfill({ json: { data } })

  beforeAll(async () => {
    dashboard = await openDashboard()
    page = dashboard.page
    await page.route('**/graphql', answer)
    await page.goto('/images')
    await page.getByText('10,000 images').waitFor()
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const cells = () => page.getByRole('grid', { name: 'Images' }).getByRole('gridcell')
  const bar = () => page.getByRole('region', { name: 'Selection' })
  const nodes = () => page.evaluate<number>('document.querySelectorAll("*").length')

  async function reprocessAll(): Promise<void> {
    await cells().first().focus()
    await page.keyboard.press(' ')
    await bar().getByRole('button', { name: 'Select all 10,000 in this filter' }).click()
    await bar().getByRole('button', { name: /^Reprocess 10,0\d\d$/ }).click()
    const dialog = page.getByRole('alertdialog', { name: /^Reprocess 10,0\d\d images\?$/ })
    await dialog.getByRole('button', { name: /^Reprocess 10,0\d\d$/ }).click()
  }

  it('does what it is asked to exactly those in the filter, 1,000 a call', async () => {
    await cells().first().waitFor()
    expect(await nodes()).toBeLessThanOrEqual(1_500)
    await reprocessAll()
    await bar().getByText('10,000 images to be reprocessed').waitFor()
    expect(reprocessed.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 1_000))
    expect(reprocessed.flat()).toEqual(stored)
    expect(await bar().getByRole('link').count()).toBe(10)
    await bar().getByRole('button', { name: 'Close' }).click()
  })

  it('says how far it came when it is refused, and keeps the rest selected', async () => {
    reprocessed.length = 0
    refuseAfter = 3
    await reprocessAll()
    await page.getByRole('alertdialog', { name: 'Reprocess 7,000 images?' }).getByText('The queue is full.').waitFor()
    await page.keyboard.press('Escape')
    await bar().getByText('7,000 images selected').waitFor()
    await bar().getByRole('button', { name: 'Clear' }).click()
  })

  it('is read to its end page by page while more come in, none twice and none left out', async () => {
    cursors.length = 0
    await page.reload()
    const before = [...stored]
    await cells().first().waitFor()
    const last = page.getByRole('gridcell', { name: 'image-1.jpg' })
    while ((await last.count()) === 0) {
      await page.mouse.wheel(0, 20_000)
      await page.waitForTimeout(30)
    }
    expect(await nodes()).toBeLessThanOrEqual(1_500)
    expect(await last.evaluate((cell) => (cell as HTMLElement).dataset.index)).toBe(String(before.length - 1))
    expect(cursors).toEqual([null, ...before.filter((_, index) => index % 100 === 99).slice(0, cursors.length - 1)])
    expect(stored.length).toBeGreaterThan(before.length)
  })
})
