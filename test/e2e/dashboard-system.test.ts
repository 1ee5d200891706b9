import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type D1Server, d1Env, startD1Server } from '../support/d1-server.ts'
import {
  type Dashboard,
  layoutShift,
  openDashboard,
  photos,
  seriousFindings,
  uploadTogether,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { sampleOf } from '../support/metrics.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { listingPath, livPage } from '../support/venue-site.ts'

const started = '{ __typename ... on StartRunPayload { run { id } } ... on Error { message } }'

describe.skipIf(!chromium)('the system page', () => {
  let d1: D1Server
  let site: PictureSite
  let dashboard: Dashboard
  beforeAll(async () => {
    d1 = await startD1Server()
    site = await startPictureSite()
    site.pages.set('/cox.jpg', { body: await jpeg(800, 600) })
    site.pages.set(listingPath, { body: livPage([{ title: 'Carl Cox', image: site.url('/cox.jpg') }]) })
    dashboard = await openDashboard({
      ...d1Env(d1),
      // what is brought to D1, and when, is for a test to say
      D1_AUTO_SYNC: 'false',
      SOURCE_ALLOW: site.host,
      SCRAPE_PAGES: `liv=${site.url(listingPath)}`,
      RETRY_BASE_SECONDS: '0',
      GC_GRACE_SECONDS: '0',
      CONCURRENCY: '0',
    })
    await dashboard.page.goto('/system')
  })
  afterAll(async () => {
    await dashboard?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
    await d1?.[Symbol.asyncDispose]()
  })

  const region = (name: string) => dashboard.page.getByRole('region', { name, exact: true })
  const metric = (name: string, labels = {}) => sampleOf(dashboard.server.url, name, labels)
  const sync = () => dashboard.gql(`mutation { syncToD1(input: { which: ALL }) ${started} }`)

  it('tells the values of /metrics', async () => {
    await uploadTogether(dashboard, await photos(3))
    const work = region('Work')
    await eventually('three uploads wait', async () => /Uploads waiting\s*3/.test((await work.textContent()) ?? ''))
    expect(await metric('greenroom_queue_waiting_tasks', { lane: 'interactive' })).toBe(3)
    const [limit, threads] = [
      (await metric('greenroom_pixels_in_flight_limit')) / 1e6,
      await metric('greenroom_image_host_threads'),
    ]
    const text = (await work.textContent()) ?? ''
    expect(text).toContain('Slots0 of 0 taken')
    expect(text).toContain(`Threads0 of ${threads} busy`)
    expect(text).toContain(`Megapixels in flight0 of ${limit.toLocaleString('en')}`)

    for (const [name, sample] of [
      ['Service memory', 'process_resident_memory_bytes'],
      ['Image host memory', 'greenroom_image_host_resident_bytes'],
    ] as const) {
      const plot = await dashboard.page.getByRole('img', { name }).getAttribute('aria-label')
      const megabytes = Number(/now ([\d.]+) MB/.exec(plot ?? '')?.[1])
      expect(Math.abs((megabytes * 1e6) / (await metric(sample)) - 1), name).toBeLessThan(0.3)
    }
  })

  it('draws what has waited, and says it to those who do not see it', async () => {
    const plot = dashboard.page.getByRole('img', { name: 'Waiting tasks in the last minutes: now 3, at most 3' })
    await plot.waitFor()
  })

  it('changes how many tasks run at once, after a question', async () => {
    const { page } = dashboard
    await page.getByRole('button', { name: 'Change slots' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Change how many tasks run at once?' })
    await dialog.getByRole('spinbutton', { name: 'Tasks at once' }).fill('300')
    await dialog.getByRole('button', { name: 'Change slots' }).click()
    await dialog.getByRole('alert').getByText('concurrency is from 0 to 256').waitFor()
    await dialog.getByRole('spinbutton', { name: 'Tasks at once' }).fill('2')
    await dialog.getByRole('button', { name: 'Change slots' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await eventually('two slots', async () => ((await region('Work').textContent()) ?? '').includes('of 2 taken'))
    expect(await metric('greenroom_concurrency')).toBe(2)
    await eventually('nothing waits', async () =>
      ((await region('Work').textContent()) ?? '').includes('Uploads waiting0'),
    )
  })

  it('says within 5 seconds that D1 is degraded and since when, and no more once it is back', async () => {
    const { page, gql } = dashboard
    await gql(`mutation { scrapeVenues(input: { sources: [LIV] }) ${started} }`)
    await eventually('the event has its picture', async () => {
      const { d1: state } = await gql<{ d1: { dueCount: number } }>('{ d1 { dueCount } }')
      return state.dueCount === 1
    })
    await sync()
    const edges = region('Storage and D1')
    await edges.getByText('Not asked yet').waitFor({ state: 'detached' })

    // one for each attempt
    const outage = { status: 500, body: { code: 7500, message: 'Network connection lost.' } }
    d1.failNext(outage, outage, outage, outage)
    await sync()
    const downSince = await eventually('D1 is down', async () => {
      const { system } = await gql<{ system: { d1: { downSince: string | null } } }>('{ system { d1 { downSince } } }')
      return system.d1.downSince
    })
    const alert = page.getByRole('alert')
    await alert.getByText('D1 degraded since').waitFor({ timeout: 5_000 })
    const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(new Date(downSince))
    expect(await alert.textContent()).toBe(`D1 degraded since ${clock}`)
    expect(await edges.getByText(`Degraded since ${clock}`).count()).toBe(1)
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.title()).toBe('System: degraded · Greenroom')

    await eventually('the sync is over', async () => {
      const { d1: state } = await gql<{ d1: { lastSync: { status: string } } }>('{ d1 { lastSync { status } } }')
      return ['SUCCEEDED', 'FAILED'].includes(state.lastSync.status)
    })
    await sync()
    await alert.waitFor({ state: 'detached' })
  })

  it('collects garbage after saying what it frees', async () => {
    const { page, gql } = dashboard
    const garbage = region('Garbage')
    expect(await garbage.getByRole('button', { name: 'Collect' }).isDisabled()).toBe(true)
    const { imageIds } = await gql<{ imageIds: { ids: string[] } }>('{ imageIds { ids } }')
    await gql('mutation ($ids: [ID!]!) { deleteImages(input: { ids: $ids }) { __typename } }', { ids: imageIds.ids })
    await page.reload()
    await garbage.getByRole('button', { name: 'Collect' }).click()
    const dialog = page.getByRole('alertdialog', { name: /^Collect 4 deleted images and \d+ variants\?$/ })
    await dialog.getByText(/This frees \d/).waitFor()
    await dialog.getByRole('button', { name: 'Collect' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await eventually('nothing is left', async () => ((await garbage.textContent()) ?? '').includes('Deleted images0'))
  })

  it('tells versions and recipes, and leads to what programs read', async () => {
    const { page } = dashboard
    const { system } = await dashboard.gql<{ system: Record<string, string> }>(
      '{ system { version nodeVersion sharpVersion libvipsVersion } }',
    )
    const versions = (await region('Versions').textContent()) ?? ''
    for (const version of Object.values(system)) expect(versions).toContain(version)
    await page
      .getByRole('table', { name: 'Recipes' })
      .getByRole('row', { name: /^responsive / })
      .waitFor()
    for (const [name, href] of [
      ['Metrics', '/metrics'],
      ['Readiness', '/ready'],
    ] as const) {
      expect(await page.getByRole('link', { name }).getAttribute('href')).toBe(href)
      expect((await fetch(`${dashboard.server.url}${href}`)).status).toBe(200)
    }
  })

  it('offers a viewer nothing that a viewer may not do', async () => {
    const page = await dashboard.open()
    await page.route('**/session', (route) => route.fulfill({ json: { name: 'somebody', role: 'viewer' } }))
    await page.goto('/system')
    await page.getByRole('region', { name: 'Garbage' }).getByText('Would free').waitFor()
    await page.getByText('somebody').waitFor()
    expect(await page.getByRole('button', { name: /Change slots|Collect/ }).count()).toBe(0)
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const page = await dashboard.open({ colorScheme })
    await page.goto('/system')
    await page.getByRole('table', { name: 'Recipes' }).waitFor()
    await page.getByRole('region', { name: 'Garbage' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(await layoutShift(page)).toBeLessThanOrEqual(0.05)
  })

  it('fits a window of 360 px', async () => {
    const page = await dashboard.open({ viewport: { width: 360, height: 640 } })
    await page.goto('/system')
    await page.getByRole('table', { name: 'Recipes' }).waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
