import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../support/client.ts'
import { type Dashboard, forget, openDashboard, seriousFindings } from '../support/dashboard.ts'
import { jpeg, photo } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { endOf } from '../support/run-end.ts'

const address = '/artists/carl-cox'

describe.skipIf(!chromium)('the artists', () => {
  let dashboard: Dashboard
  beforeAll(async () => {
    dashboard = await openDashboard()
    const client = createHttpClient(dashboard.server.url)
    const send = async (bytes: Uint8Array, filename: string, about: object) => {
      const { run } = await client.upload(bytes, { filename, recipes: ['artist'], ...about })
      await endOf(client, run.id)
    }
    await send(await photo('dragonfly-square.jpg'), 'dragonfly.jpg', {})
    await send(await photo('autumn-meadow-landscape.jpg'), 'meadow.jpg', { venueTag: 'liv' })
    await send(await jpeg(), 'club.jpg', { venueTag: 'liv' })
    await send(await jpeg(), 'tiesto.jpg', { artistName: 'Tiësto' })
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const shown = (page: Page) => page.getByRole('region', { name: 'Shown now' }).getByRole('listitem')
  const inVenue = (page: Page, venue: string) => page.getByRole('region', { name: `Images: ${venue}` })
  const image = (page: Page, name: string) => inVenue(page, 'LIV').getByRole('listitem').filter({ hasText: name })
  const focused = (page: Page) =>
    page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent')

  it('are all listed, with what is shown of them', async () => {
    const { page } = dashboard
    await page.goto('/artists')
    await page.getByText('2 artists').waitFor()
    const tiles = page.getByRole('grid', { name: 'Artists' }).getByRole('gridcell')
    expect(await tiles.allInnerTexts()).toEqual([expect.stringMatching(/Carl Cox\s+3 images/), expect.anything()])
    expect(await tiles.first().locator('img').getAttribute('src')).toMatch(/\/images\/.*main\.jpg$/)
    expect(await page.title()).toBe('Artists · Greenroom')
  })

  it('are searched by what is in the address', async () => {
    const { page } = dashboard
    const tiles = page.getByRole('grid', { name: 'Artists' }).getByRole('gridcell')
    await page.getByRole('searchbox', { name: 'Search artists' }).fill('tiesto')
    await page.waitForURL('/artists?search=tiesto')
    await page.getByText('1 artist', { exact: true }).waitFor()
    expect(await tiles.count()).toBe(1)
    await page.reload()
    await tiles.getByText('Tiësto').waitFor()
    await page.getByRole('searchbox', { name: 'Search artists' }).fill('nobody')
    await page.getByText('No artist is called anything like “nobody”').waitFor()
  })

  it('are added by keyboard, with aliases by which they are found', async () => {
    const { page } = dashboard
    await page.goto('/artists')
    await page.getByRole('button', { name: 'Add artist' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add an artist' })
    await dialog.getByRole('textbox', { name: 'Aliases' }).fill('PvD\n\n')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('   ')
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').getByText('Name the artist').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Paul van Dyk')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Paul van Dyk' }).waitFor()
    await page.goto('/artists?search=pvd')
    await page.getByRole('gridcell', { name: 'Paul van Dyk' }).press('Enter')
    await page.waitForURL('/artists/paul-van-dyk')
    await page.getByText('Nothing can be shown yet').waitFor()
    await page.getByRole('region', { name: 'About' }).getByText('PvD').waitFor()
  })

  it('have each an address of their own, with their name as its title', async () => {
    const page = await dashboard.open()
    await page.goto(address)
    await page.getByRole('heading', { name: 'Carl Cox' }).waitFor()
    expect(await page.title()).toBe('Carl Cox · Greenroom')
    const upload = page.getByRole('link', { name: 'Upload images' })
    expect(await upload.getAttribute('href')).toBe('/upload?artist=Carl%20Cox')
    expect(await inVenue(page, 'LIV').getByRole('listitem').count()).toBe(2)
    expect(await inVenue(page, 'No venue').getByRole('listitem').count()).toBe(1)
    await page.goto('/artists/nobody')
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    await page.getByText('There is no such artist.').waitFor()
    expect(await page.title()).toBe('404 Not found · Greenroom')
  })

  it('show at each venue what the rules choose, and tell why', async () => {
    const { page } = dashboard
    await page.goto(address)
    const liv = shown(page).filter({ hasText: 'LIV' })
    await liv.getByText('Newest for the venue', { exact: true }).waitFor()
    await liv.getByText('It is the newest for the venue liv.').waitFor()
    expect(await liv.getByRole('link').getAttribute('href')).toMatch(/^\/images\/.+/)
    await liv.getByRole('img', { name: 'club.jpg' }).waitFor()
  })

  it('tell where what is shown is served to everybody', async () => {
    const { page } = dashboard
    const rows = page.getByRole('table', { name: 'Public addresses' }).getByRole('row')
    await rows.nth(4).waitFor({ timeout: 20_000 })
    const hd = rows.filter({ hasText: 'carl-cox_liv_hd.jpg' })
    await hd.getByRole('button', { name: 'Copy URL' }).click()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect((await fetch(copied)).headers.get('content-type')).toBe('image/jpeg')
    await hd.getByText(/^640 × 480, \d/).waitFor()
  })

  it('show another when one is pinned, by keyboard too, once one has read what changes', async () => {
    const { page } = dashboard
    const pin = image(page, 'meadow.jpg').getByRole('button', { name: 'Pin' })
    await pin.press('Enter')
    const question = page.getByRole('alertdialog', { name: 'Show meadow.jpg everywhere?' })
    await question.getByText('It takes the place of what is shown of Carl Cox now: LIV Las Vegas, No venue.').waitFor()
    await page.keyboard.press('Escape')
    expect(await focused(page)).toBe('Pin')
    await pin.press('Enter')
    await question.getByRole('button', { name: 'Pin' }).press('Enter')
    await question.waitFor({ state: 'hidden' })
    for (const venue of ['LIV', 'No venue']) {
      const at = shown(page).filter({ hasText: venue })
      await at.getByText('Somebody has pinned it.').waitFor()
      await at.getByRole('img', { name: 'meadow.jpg' }).waitFor()
    }
    await image(page, 'meadow.jpg').getByText('Pinned', { exact: true }).waitFor()
  })

  it('go back to the rules when the pin is taken away, also by somebody else', async () => {
    const { page, gql } = dashboard
    const other = await dashboard.open()
    await other.goto(address)
    await image(other, 'meadow.jpg').getByRole('button', { name: 'Unpin' }).click()
    const question = other.getByRole('alertdialog', { name: 'Unpin meadow.jpg?' })
    await question.getByRole('button', { name: 'Unpin' }).click()
    await shown(page).getByText('It is the newest for the venue liv.').waitFor({ timeout: 15_000 })
    expect(await gql('{ artist(slug: "carl-cox") { pinnedImage { id } } }')).toEqual({ artist: { pinnedImage: null } })
  })

  it('are spelled anew', async () => {
    const { page } = dashboard
    await page.getByRole('button', { name: 'Edit aliases' }).click()
    await page.getByRole('textbox', { name: 'Aliases' }).fill('Coxy\nC. Cox')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('region', { name: 'About' }).getByText('Coxy, C. Cox').waitFor()
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const page = await dashboard.open({ colorScheme, viewport: { width: 360, height: 740 } })
    for (const [path, part] of [
      ['/artists', 'Carl Cox'],
      [address, 'carl-cox_liv_hd.jpg'],
    ] as const) {
      await page.goto(path)
      await page.getByText(part).first().waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    }
  })

  it('say what does not work, and try again when asked', async () => {
    const page = await dashboard.open()
    await page.route('**/graphql', (route) => route.fulfill({ status: 500, body: 'broken' }))
    await page.goto(address)
    await page.getByRole('alert').first().waitFor()
    await page.unroute('**/graphql')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'Carl Cox' }).waitFor()
    forget(dashboard.problems, /500/)
  })

  it('complain of nothing, and ask nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
