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
    const skip = page.getByRole('link', { name: 'Skip to content' })
    await skip.waitFor({ state: 'attached' })
    await page.keyboard.press('Tab')
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

  it('tells how long ago something was on one clock, also after a sleep, and the moment itself on focus', async () => {
    const page = await dashboard.open()
    const { runs } = await dashboard.gql<{ runs: { nodes: { id: string }[] } }>('{ runs(first: 1) { nodes { id } } }')
    await page.goto(`/runs/${encodeURIComponent(runs.nodes[0]?.id ?? '')}`)
    const time = page.getByRole('region', { name: 'About it' }).getByRole('time').first()
    const at = (await time.getAttribute('datetime')) ?? ''
    expect(new Date(at).toISOString()).toBe(at)
    for (const [minutes, text] of [
      [2, '2 min ago'],
      [3, '3 min ago'],
      [190, '3 h ago'],
    ] as const) {
      await page.clock.setFixedTime(Date.parse(at) + minutes * 60_000)
      await time.filter({ hasText: text }).waitFor()
    }
    const moment = () => time.evaluate((element) => getComputedStyle(element, '::after').display)
    expect(await moment()).toBe('none')
    await time.focus()
    expect(await moment()).toBe('block')
    expect(await time.evaluate((element) => getComputedStyle(element, '::after').content)).toMatch(/\d\d:\d\d/)
  })

  it.each([
    ['no-preference', true],
    ['reduce', false],
  ] as const)('moves what waits, unless less motion is wanted: %s', async (reducedMotion, moves) => {
    const page = await dashboard.open({ reducedMotion })
    // never answered, so the page goes on waiting
    await page.route('**/graphql', () => {})
    await page.goto('/')
    await page.getByRole('region', { name: 'Images' }).waitFor()
    expect((await page.evaluate<number>('document.getAnimations().length')) > 0).toBe(moves)
  })
})
