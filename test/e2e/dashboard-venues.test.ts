import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, layoutShift, openDashboard, seriousFindings } from '../support/dashboard.ts'
import { jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { listingPath, livPage } from '../support/venue-site.ts'

const setConcurrency = `mutation ($concurrency: Int!) {
  setConcurrency(input: { concurrency: $concurrency }) { ... on Error { message } }
}`

describe.skipIf(!chromium)('the venues page', () => {
  let site: PictureSite
  let dashboard: Dashboard
  beforeAll(async () => {
    site = await startPictureSite()
    site.pages.set('/cox.jpg', { body: await jpeg(800, 600) })
    site.pages.set('/gou.jpg', { body: await jpeg(600, 600) })
    site.pages.set(listingPath, {
      body: livPage([
        { title: 'Carl Cox', image: site.url('/cox.jpg') },
        { title: 'Peggy Gou', venue: 'LIV Beach', image: site.url('/gou.jpg') },
        { title: 'TBA', image: null },
      ]),
    })
    dashboard = await openDashboard({
      // what is brought to D1, and when, is for a test to say
      D1_AUTO_SYNC: 'false',
      SOURCE_ALLOW: site.host,
      SCRAPE_PAGES: `liv=${site.url(listingPath)}`,
      CONCURRENCY: '0',
    })
    await dashboard.page.goto('/venues')
  })
  afterAll(async () => {
    await dashboard?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
  })

  const begin = (concurrency: number) => dashboard.gql(setConcurrency, { concurrency })
  const events = () => dashboard.page.getByRole('grid', { name: 'Upcoming events' }).getByRole('gridcell')

  async function scrape(options: { source?: string; dryRun?: boolean } = {}): Promise<void> {
    const { page } = dashboard
    await page.getByRole('button', { name: 'Scrape now' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Read the pages of the venues?' })
    if (options.source) await dialog.getByRole('combobox', { name: 'Whose' }).selectOption(options.source)
    await dialog.getByRole('checkbox', { name: /dry run/ }).setChecked(options.dryRun ?? false)
    await dialog.getByRole('button', { name: 'Scrape now' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  const idle = () => dashboard.page.getByRole('region', { name: 'Under way' }).waitFor({ state: 'detached' })

  it('lists the venues that are known while nothing has been read', async () => {
    const { page } = dashboard
    const rows = page.getByRole('table', { name: 'Venues' }).getByRole('row')
    await rows.filter({ hasText: 'LIV Beach' }).waitFor()
    const { venues } = await dashboard.gql<{ venues: object[] }>('{ venues { tag } }')
    expect(await rows.count()).toBe(venues.length + 1)
    await page.getByText('No page has been read yet').waitFor()
    await page.getByText('No events yet').waitFor()
  })

  it('shows a scrape as it goes on, and leads to it', async () => {
    const { page } = dashboard
    await scrape({ dryRun: true })
    const run = page.getByRole('region', { name: 'Under way' }).getByRole('listitem')
    await run.getByRole('progressbar', { name: 'Scrape (dry run)' }).waitFor()
    await run.getByText('1 waiting').waitFor()
    const link = page.getByRole('status', { name: 'Started' }).getByRole('link', { name: 'Dry run started' })
    expect(await link.getAttribute('href')).toBe(await run.getByRole('link').getAttribute('href'))
    await begin(2)
    await idle()
    // it only told what there is
    await page.getByText('No events yet').waitFor()
  })

  it('says why it does not begin another one', async () => {
    const { page } = dashboard
    await begin(0)
    await scrape({ source: 'LIV' })
    await page.getByRole('button', { name: 'Scrape now' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Read the pages of the venues?' })
    await dialog.getByRole('button', { name: 'Scrape now' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/under way|active/i)
      .waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await begin(2)
    await idle()
  })

  it('shows what was found without a reload: events, and what was left out and why', async () => {
    const { page } = dashboard
    await events().filter({ hasText: 'Carl Cox' }).waitFor()
    expect(await events().count()).toBe(2)
    const row = page.getByRole('table', { name: 'Pages' }).getByRole('row').filter({ hasText: listingPath })
    expect((await row.getByRole('cell').allTextContents()).slice(1, 3)).toEqual(['LIV', 'Read'])
    await row.getByText('1 entry').click()
    await row.getByText('TBA Placeholder').waitFor()
    const venue = page.getByRole('table', { name: 'Venues' }).getByRole('row').filter({ hasText: 'LIV Las Vegas' })
    expect(await venue.getByRole('cell').nth(2).textContent()).toBe('1')
    expect(await venue.getByRole('link', { name: 'Succeeded' }).getAttribute('href')).toMatch(/^\/runs\/./)
  })

  it('keeps the venue, the state and the words that are looked for in the address', async () => {
    const { page } = dashboard
    const venues = page.getByRole('navigation', { name: 'Venue' })
    await venues.getByRole('link', { name: 'LIV Beach 1' }).click()
    await events().filter({ hasText: 'Carl Cox' }).waitFor({ state: 'detached' })
    await events().filter({ hasText: 'Peggy Gou' }).waitFor()
    expect(await events().count()).toBe(1)
    expect(new URL(page.url()).search).toBe('?venue=livb')
    await page.reload()
    await events().filter({ hasText: 'Peggy Gou' }).waitFor()
    expect(await events().count()).toBe(1)
    await page.goBack()
    await events().filter({ hasText: 'Carl Cox' }).waitFor()
    await page.getByRole('searchbox', { name: 'Artist or venue' }).fill('gou')
    await events().filter({ hasText: 'Carl Cox' }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?search=gou')
    await page.getByRole('navigation', { name: 'State in D1' }).getByRole('link', { name: 'In step' }).click()
    await page.getByText('No event is like that').waitFor()
  })

  it('tells of each event whether D1 has it as it is, and brings it there', async () => {
    const { page } = dashboard
    await page.goto('/venues')
    const cox = events().filter({ hasText: 'Carl Cox' })
    await cox.getByText('Not in D1 yet').waitFor()
    await page.getByRole('button', { name: 'Sync to D1 now' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Bring the events to D1?' })
    await dialog.getByRole('button', { name: 'Sync to D1 now' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await cox.getByText(/^D1 has version (\d+) of \1$/).waitFor()
    await page.getByRole('region', { name: 'D1', exact: true }).getByText('In step', { exact: true }).waitFor()
  })

  it('says that a page shows nothing that can be read', async () => {
    site.pages.set(listingPath, { body: Buffer.from('<html>Just a moment...</html>') })
    await dashboard.page.goto('/venues')
    await scrape()
    await dashboard.page.getByRole('table', { name: 'Pages' }).getByText('Blocked').waitFor()
    await idle()
    // what was read before is kept
    await events().filter({ hasText: 'Peggy Gou' }).waitFor()
    expect(await events().count()).toBe(2)
  })

  it('offers a viewer nothing that a viewer may not do', async () => {
    const page = await dashboard.open()
    await page.route('**/session', (route) => route.fulfill({ json: { name: 'somebody', role: 'viewer' } }))
    await page.goto('/venues')
    await page.getByRole('table', { name: 'Venues' }).waitFor()
    await page.getByText('somebody').waitFor()
    expect(await page.getByRole('button', { name: /now$/ }).count()).toBe(0)
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const page = await dashboard.open({ colorScheme })
    await page.goto('/venues')
    await page.getByRole('grid', { name: 'Upcoming events' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(await layoutShift(page)).toBeLessThanOrEqual(0.05)
  })

  it('fits a window of 360 px', async () => {
    const page = await dashboard.open({ viewport: { width: 360, height: 640 } })
    await page.goto('/venues')
    await page.getByRole('grid', { name: 'Upcoming events' }).waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
