import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, openDashboard, photos, seriousFindings, uploadTogether } from '../support/dashboard.ts'
import { chromium } from '../support/installed.ts'

const stale = /^Reconnecting… stale since \d\d:\d\d:\d\d$/

describe.skipIf(!chromium)('the page around the pages', () => {
  let dashboard: Dashboard
  beforeAll(async () => {
    dashboard = await openDashboard({ CONCURRENCY: '1' })
    await dashboard.page.goto('/')
    await dashboard.page.getByText('No images yet').waitFor()
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const banner = () => dashboard.page.getByRole('status', { name: 'Connection' })
  const ready = (count: number) => dashboard.page.getByRole('link', { name: `Ready ${count}`, exact: true })

  it('says since when it is stale while the network is away, and catches up', async () => {
    const { page, context } = dashboard
    await context.setOffline(true)
    await banner().getByText(stale).waitFor()
    await uploadTogether(dashboard, await photos(4))
    await expect
      .poll(() => dashboard.gql('{ images(filter: { status: [READY] }) { totalCount } }'), { timeout: 20_000 })
      .toEqual({ images: { totalCount: 4 } })
    await context.setOffline(false)
    await banner().waitFor({ state: 'detached' })
    await ready(4).waitFor()
    await page.getByText('Nothing is under way').waitFor()
  })

  it('goes on by itself after the service was restarted in the middle of a run', async () => {
    await uploadTogether(dashboard, await photos(20))
    await dashboard.page.getByRole('progressbar', { name: 'Upload' }).waitFor()
    await dashboard.restart()
    await ready(24).waitFor({ timeout: 30_000 })
    await dashboard.page.getByText('Nothing is under way').waitFor()
    expect(await banner().count()).toBe(0)
  })

  it('leads from the first Tab past the navigation', async () => {
    const { page } = dashboard
    await page.reload()
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to content' })
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true)
    expect(await skip.evaluate((link) => getComputedStyle(link).outlineWidth)).toBe('2px')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('main').evaluate((main) => main === document.activeElement)).toBe(true)
  })

  it('says that there is nothing at an unknown address, also when one came by a link', async () => {
    const page = await dashboard.open()
    const response = await page.goto('/nothing', { waitUntil: 'load' })
    expect(response?.status()).toBe(404)
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    expect(await page.title()).toBe('404 Not found · Greenroom')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })

  it('keeps the theme that was chosen, from the first paint on', async () => {
    const page = await dashboard.open({ colorScheme: 'light' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    await page.goto('/')
    expect(await ground()).toBe('rgb(246, 247, 249)')
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
    expect(await ground()).toBe('rgb(13, 16, 21)')
    // without the page's own script, so what is seen is what was there before it
    await page.route('**/assets/*.js', (route) => route.abort())
    await page.reload()
    expect(await ground()).toBe('rgb(13, 16, 21)')
  })
})
