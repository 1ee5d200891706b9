import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, openDashboard } from '../support/dashboard.ts'
import { jpeg, photo } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { endOf } from '../support/run-end.ts'
import { uploadNamed } from '../support/uploads.ts'

interface Variant {
  name: string
  format: string
  mimeType: string
  byteSize: number
  key: string
  url: string
}

const variantsQuery = `query ($id: ID!) {
  image(id: $id) { byteSize sha256 variants { name format mimeType byteSize key url } }
}`

const setConcurrency = `mutation ($concurrency: Int!) {
  setConcurrency(input: { concurrency: $concurrency }) { ... on Error { message } }
}`

const tries = [
  { number: 1, outcome: 'RETRYING', errorCode: 'STORAGE_UNAVAILABLE', durations: { DECODE: 180, STORE: 620 } },
  { number: 2, outcome: 'RETRYING', errorCode: 'STORAGE_UNAVAILABLE', durations: { DECODE: 170, STORE: 230 } },
  { number: 3, outcome: 'SUCCEEDED', errorCode: null, durations: { DECODE: 180, ENCODE: 2_800, STORE: 220 } },
] as const

/** As the API tells a try that began so many seconds after the first. */
function attemptOf({ durations, ...attempt }: (typeof tries)[number]) {
  const startedAt = Date.UTC(2026, 0, 1, 0, 0, attempt.number * 10)
  const stages = Object.entries(durations).map(([stage, milliseconds]) => ({ stage, milliseconds }))
  return {
    ...attempt,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(startedAt + stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toISOString(),
    errorMessage: attempt.errorCode && 'The storage is busy.',
    errorStage: attempt.errorCode && 'STORE',
    durations: stages,
  }
}

describe.skipIf(!chromium)('an image', () => {
  let dashboard: Dashboard
  let page: Page
  let id: string
  beforeAll(async () => {
    dashboard = await openDashboard()
    page = dashboard.page
    page.setDefaultTimeout(5_000)
    await endOf(dashboard, await upload('lamp-bird', await photo('lamp-bird-small.jpg')))
    id = await idOf('lamp-bird')
    await page.goto(addressOf(id))
    await page.getByRole('heading', { name: 'lamp-bird-1.jpg', level: 1 }).waitFor()
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const upload = (name: string, bytes: Uint8Array) =>
    uploadNamed(dashboard, name, [bytes], { recipes: ['presets', 'responsive'], venueTag: 'liv' })

  async function idOf(search: string): Promise<string> {
    const query = 'query ($search: String!) { images(filter: { search: $search }) { nodes { id } } }'
    const { images } = await dashboard.gql<{ images: { nodes: { id: string }[] } }>(query, { search })
    return images.nodes[0]?.id ?? ''
  }

  const addressOf = (image: string) => `/images/${encodeURIComponent(image)}`
  const detailsOf = async () =>
    (await dashboard.gql<{ image: { byteSize: number; sha256: string; variants: Variant[] } }>(variantsQuery, { id }))
      .image
  const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()')
  const slider = () => page.getByRole('slider', { name: 'How much of the left one is seen' })

  it('tells what came in, and how it stands in the title of the tab', async () => {
    const { sha256 } = await detailsOf()
    expect(await page.title()).toBe('Ready: lamp-bird-1.jpg · Greenroom')
    const facts = page.getByRole('region', { name: 'Original' })
    for (const text of ['JPEG', '300 × 225 px, 0.1 MP', 'Met', sha256])
      await facts.getByText(text, { exact: true }).waitFor()
    expect(await facts.getByRole('link', { name: 'Carl Cox' }).getAttribute('href')).toBe('/artists/carl-cox')
    expect(await facts.getByRole('link', { name: 'liv' }).getAttribute('href')).toBe('/images?venue=liv')
    await facts.getByRole('button', { name: 'Copy SHA-256' }).click()
    expect(await clipboard()).toBe(sha256)
  })

  it('shows every variant beside the original: what is stored at each address, and what it saves', async () => {
    const { byteSize, variants } = await detailsOf()
    const rows = page.getByRole('table', { name: 'Variants' }).getByRole('row')
    expect(await rows.count()).toBe(variants.length + 2)
    for (const [index, { name, format, mimeType, key, url }] of variants.entries()) {
      const row = rows.nth(index + 2)
      const link = row.getByRole('link', { name: `Open ${name} ${format}` })
      expect(await link.getAttribute('href')).toBe(url)
      const response = await fetch(url)
      const length = (await response.arrayBuffer()).byteLength
      expect([response.status, response.headers.get('content-type')]).toEqual([200, mimeType])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      const cells = await row.getByRole('cell').allInnerTexts()
      expect(await row.locator('data').getAttribute('value')).toBe(String(length))
      const share = 1 - length / byteSize
      expect(cells[4]).toBe(`${share < 0 ? '+' : ''}${(Math.abs(share) * 100).toFixed(1)}%`)
      expect(cells[5]).toBe(key)
    }
    await rows.nth(2).getByRole('button', { name: 'Copy URL' }).click()
    expect(await clipboard()).toBe(variants[0]?.url)
  })

  it('divides two variants where arrow keys say', async () => {
    await slider().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    const said = async () => (await slider().getAttribute('aria-valuetext'))?.replaceAll(/ \(.*?\)/g, '')
    expect(await said()).toBe('52% AVIF 300 × 225, 48% WEBP 300 × 225')
    const widthOfLeft = () =>
      page.getByRole('img', { name: /^Left/ }).evaluate((image) => getComputedStyle(image).clipPath)
    expect(await widthOfLeft()).toBe('inset(0px 48% 0px 0px)')
    await page.keyboard.press('Home')
    expect(await widthOfLeft()).toBe('inset(0px 100% 0px 0px)')
    await page.getByRole('combobox', { name: 'Left' }).selectOption({ label: 'WEBP 300 × 225 (presets)' })
    await expect.poll(said).toMatch(/^0% WEBP 300 × 225/)
  })

  it('tells each try, where its time went, and why it failed', async () => {
    const other = await dashboard.open()
    const secret = 'X-Amz-Signature'
    await other.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('query Image(')) return route.continue()
      const response = await route.fetch()
      const answer = (await response.json()) as { data: { image: { tasks: { nodes: object[] } } } }
      Object.assign(answer.data.image.tasks.nodes[0] ?? {}, {
        attempts: tries.map(attemptOf),
        errorCode: 'STORAGE_UNAVAILABLE',
        errorMessage: 'The storage is busy.',
      })
      return route.fulfill({ json: answer })
    })
    await other.goto(addressOf(id))
    const attempts = other.getByRole('list', { name: 'Attempts' }).first().getByRole('listitem')
    const history = other.getByRole('region', { name: 'History' })
    await history.getByText('3 attempts').waitFor()
    expect(
      await other
        .getByRole('list', { name: 'Attempts' })
        .getByText(/^Attempt \d$/)
        .allInnerTexts(),
    ).toEqual(['Attempt 1', 'Attempt 2', 'Attempt 3'])
    const stages = await other.getByRole('list', { name: 'Stages' }).allInnerTexts()
    expect(stages.map((text) => text.split('\n'))).toEqual([
      ['Decode 180 ms', 'Store 620 ms'],
      ['Decode 170 ms', 'Store 230 ms'],
      ['Decode 180 ms', 'Encode 2.80 s', 'Store 220 ms'],
    ])
    await attempts.first().getByText('800 ms', { exact: true }).waitFor()
    await attempts.first().getByText('STORAGE_UNAVAILABLE').waitFor()
    await history.getByRole('button', { name: 'Copy details' }).click()
    const details = await other.evaluate<string>('navigator.clipboard.readText()')
    expect(details).toMatch(/^Task: \S+\nRun: \S+\nRequest: \S+\n/)
    expect(details).toContain('Attempt 2: RETRYING')
    expect(details).not.toContain(secret)
  })

  it('shows what was really done with it', async () => {
    const history = page.getByRole('region', { name: 'History' })
    await history.getByText('1 attempt', { exact: true }).waitFor()
    const { image } = await dashboard.gql<{
      image: {
        tasks: {
          nodes: { attempts: { startedAt: string; finishedAt: string; durations: { milliseconds: number }[] }[] }[]
        }
      }
    }>(
      'query ($id: ID!) { image(id: $id) { tasks { nodes { attempts { startedAt finishedAt durations { milliseconds } } } } } }',
      { id },
    )
    const attempts = image.tasks.nodes.flatMap((task) => task.attempts)
    expect(attempts).toHaveLength(1)
    for (const { startedAt, finishedAt, durations } of attempts) {
      const took = Date.parse(finishedAt) - Date.parse(startedAt)
      const sum = durations.reduce((all, { milliseconds }) => all + milliseconds, 0)
      expect(Math.abs(sum - took)).toBeLessThanOrEqual(Math.max(took * 0.05, 5))
    }
    const [href] = await history
      .getByRole('link', { name: 'Upload' })
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    expect(href).toMatch(/^\/runs\//)
  })

  it('is live while it is being made', async () => {
    await dashboard.gql(setConcurrency, { concurrency: 0 })
    const run = await upload('late', await jpeg())
    const other = await dashboard.open()
    await other.goto(addressOf(await idOf('late')))
    await expect.poll(() => other.title()).toBe('Processing: late-1.jpg · Greenroom')
    await other.getByText('Nothing is made yet').waitFor()
    await dashboard.gql(setConcurrency, { concurrency: 2 })
    await endOf(dashboard, run)
    await expect.poll(() => other.title(), { timeout: 10_000 }).toBe('Ready: late-1.jpg · Greenroom')
    await other.getByRole('table', { name: 'Variants' }).waitFor()
  })

  it('is reprocessed, deleted and restored, each after a question', async () => {
    const act = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).click()
      const dialog = page.getByRole('alertdialog', { name: `${name} lamp-bird-1.jpg?` })
      await dialog.getByRole('button', { name, exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await act('Reprocess')
    expect(await page.getByRole('link', { name: 'Show the run' }).getAttribute('href')).toMatch(/^\/runs\//)
    await act('Delete')
    await expect.poll(() => page.title()).toBe('Deleted: lamp-bird-1.jpg · Greenroom')
    await act('Restore')
    await expect.poll(() => page.title()).toMatch(/^(Ready|Processing): lamp-bird/)
  })

  it.each(['SW1hZ2U6bm9uZQ==', 'nonsense'])('says that there is no image %s', async (unknown) => {
    await page.goto(addressOf(unknown))
    await page.getByText('There is no such image.').waitFor()
    expect(await page.title()).toBe('404 Not found · Greenroom')
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
