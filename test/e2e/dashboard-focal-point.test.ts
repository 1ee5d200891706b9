import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../support/client.ts'
import { type Dashboard, openDashboard, seriousFindings } from '../support/dashboard.ts'
import { jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { endOf } from '../support/run-end.ts'

const size = { width: 900, height: 600 }

interface Answer {
  image: { focalPoint: { x: number; y: number } | null; variant: { url: string } | null }
}

describe.skipIf(!chromium)('the focal point of an image', () => {
  let dashboard: Dashboard
  let id: string
  let address: string
  beforeAll(async () => {
    dashboard = await openDashboard({ DEFAULT_RECIPES: 'presets' })
    const client = createHttpClient(dashboard.server.url)
    const { image, run } = await client.upload(await jpeg(size.width, size.height))
    await endOf(client, run.id)
    id = image.id
    address = `/images/${encodeURIComponent(id)}`
    await dashboard.page.goto(address)
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const part = (page = dashboard.page) => page.getByRole('region', { name: 'Focal point' })
  const slider = (page = dashboard.page) => part(page).getByRole('slider', { name: 'Focal point' })
  const told = () => slider().getAttribute('aria-valuetext')
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => dashboard.page.keyboard.press(key)), Promise.resolve())

  async function clickAt(x: number, y: number): Promise<void> {
    await slider().scrollIntoViewIfNeeded()
    const box = await slider().boundingBox()
    if (!box) throw new Error('The picture is not to be seen.')
    await slider().click({ position: { x: box.width * x, y: box.height * y } })
  }

  /** What the preview of the thumbnail shows of the image, from 0 to 1. */
  async function shownPart(): Promise<{ from: number; to: number }> {
    const position = await part()
      .getByRole('img', { name: 'How thumbnail is cut' })
      .evaluate((img) => getComputedStyle(img).objectPosition)
    const share = Number.parseFloat(position) / 100
    const length = size.height / size.width
    return { from: share * (1 - length), to: share * (1 - length) + length }
  }

  const stored = async () =>
    (
      await dashboard.gql<Answer>(
        'query ($id: ID!) { image(id: $id) { focalPoint { x y } variant(name: "thumbnail") { url } } }',
        { id },
      )
    ).image

  it('is the middle at first, and there is nothing to save', async () => {
    expect(await told()).toBe('50% from the left, 50% from the top')
    expect(await part().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    expect(await shownPart()).toEqual({ from: expect.closeTo(1 / 6, 2), to: expect.closeTo(5 / 6, 2) })
  })

  it.each([
    [0.8, 0.2],
    [0.02, 0.9],
    [0.4, 0.5],
  ])('is set by a click at %f, %f, and the preview has it in it', async (x, y) => {
    await clickAt(x, y)
    expect(await told()).toBe(`${Math.round(x * 100)}% from the left, ${Math.round(y * 100)}% from the top`)
    const { from, to } = await shownPart()
    expect(x).toBeGreaterThanOrEqual(from)
    expect(x).toBeLessThanOrEqual(to)
  })

  it('is moved by arrow keys, ten times as far with Shift, and never out of the picture', async () => {
    await clickAt(0.8, 0.2)
    await slider().focus()
    await press('ArrowLeft', 'ArrowUp', 'ArrowUp')
    expect(await told()).toBe('79% from the left, 18% from the top')
    await press('Shift+ArrowLeft', 'Shift+ArrowDown', 'ArrowRight', 'ArrowDown')
    expect(await told()).toBe('70% from the left, 29% from the top')
    await press('Shift+ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowUp')
    expect(await told()).toBe('70% from the left, 0% from the top')
    await part().getByRole('button', { name: 'Undo' }).press('Enter')
    expect(await told()).toBe('50% from the left, 50% from the top')
  })

  it('is kept when it is saved: cut anew under another address, while the old one still answers', async () => {
    const { url: old = '' } = (await stored()).variant ?? {}
    await clickAt(0.8, 0.2)
    await part().getByRole('button', { name: 'Save' }).click()
    await part().getByText('Saved.').waitFor()
    await expect.poll(async () => (await stored()).variant?.url, { timeout: 15_000 }).not.toBe(old)
    const { focalPoint, variant } = await stored()
    expect(focalPoint).toEqual({ x: 0.8, y: 0.2 })
    expect(variant?.url).toContain('080020/thumbnail.webp')
    for (const url of [old, variant?.url ?? '']) expect((await fetch(url)).status).toBe(200)
    await dashboard.page.reload()
    await slider().waitFor()
    await expect.poll(told, { timeout: 15_000 }).toBe('80% from the left, 20% from the top')
  })

  it('says why when it is not saved, and keeps what was chosen', async () => {
    const { page } = dashboard
    await clickAt(0.3, 0.3)
    const refusal = { setFocalPoint: { __typename: 'NotFoundError', message: 'There is no such image.' } }
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('SetFocalPoint')
        ? route.fulfill({ json: { data: refusal } })
        : route.continue(),
    )
    await part().getByRole('button', { name: 'Save' }).click()
    await part().getByRole('alert').getByText('There is no such image.').waitFor()
    await page.unroute('**/graphql')
    expect(await told()).toBe('30% from the left, 30% from the top')
    await part().getByRole('button', { name: 'Undo' }).click()
  })

  it('is the middle again when one goes back', async () => {
    await part().getByRole('button', { name: 'Back to the middle' }).click()
    await expect.poll(told, { timeout: 15_000 }).toBe('50% from the left, 50% from the top')
    expect(await stored()).toMatchObject({ focalPoint: null })
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const page = await dashboard.open({ colorScheme, viewport: { width: 360, height: 740 } })
    await page.goto(address)
    await slider(page).focus()
    expect(await slider(page).evaluate((each) => getComputedStyle(each).outlineStyle)).toBe('solid')
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  it('complains of nothing', () => {
    expect(dashboard.problems).toEqual([])
  })
})
