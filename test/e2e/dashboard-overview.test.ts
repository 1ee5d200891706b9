import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, forget, openDashboard, photos, seriousFindings, uploadTogether } from '../support/dashboard.ts'
import { damagedJpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'

const setConcurrency = `mutation ($concurrency: Int!) {
  setConcurrency(input: { concurrency: $concurrency }) { ... on Error { message } }
}`

/** By the counters of the run, and as the tasks are counted in the database, state by state. */
const countsOfRun = `query ($id: ID!) { run(id: $id) {
  status totalCount waitingCount activeCount retryingCount succeededCount failedCount
  done: tasks(status: [SUCCEEDED]) { totalCount }
  failed: tasks(status: [FAILED]) { totalCount }
  all: tasks { totalCount }
} }`

/** Counts of the run that is shown, as they stand in the document every 250 ms until it is over. */
const sampleCounts = `new Promise((resolve) => {
  const samples = []
  const timer = setInterval(() => {
    const run = document.querySelector('[aria-labelledby=active-runs] li')
    if (!run) return clearInterval(timer), resolve(samples)
    const value = run.querySelector('[role=progressbar]').getAttribute('aria-valuenow')
    samples.push({ text: [...run.querySelectorAll('.run-counts > *')].map((each) => each.textContent).join(', '), value })
  }, 250)
})`

describe.skipIf(!chromium)('the overview', () => {
  let dashboard: Dashboard
  beforeAll(async () => {
    // nothing begins before a test says so
    dashboard = await openDashboard({ CONCURRENCY: '0' })
    await dashboard.page.goto('/')
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const begin = (concurrency: number) => dashboard.gql(setConcurrency, { concurrency })

  it('shows where to begin while there is nothing', async () => {
    const { page } = dashboard
    await page.getByText('No images yet').waitFor()
    expect(await page.getByRole('link', { name: 'Upload' }).last().getAttribute('href')).toBe('/upload')
    expect(await page.title()).toBe('Overview · Greenroom')
    expect(await seriousFindings(page)).toEqual([])
  })

  it('shows a run as it goes on, with counts that always add up', async () => {
    const { page, gql } = dashboard
    const id = await uploadTogether(dashboard, [...(await photos(30)), await damagedJpeg()])
    const run = page.getByRole('region', { name: 'Active runs' }).getByRole('listitem')
    await run.getByText('31 waiting').waitFor()
    const bar = run.getByRole('progressbar', { name: 'Upload' })
    expect(await bar.getAttribute('aria-valuenow')).toBeNull()

    await begin(1)
    const samples = await page.evaluate<{ text: string; value: string | null }[]>(sampleCounts)
    for (const { text } of samples) {
      const counts = [...text.matchAll(/(\d+) (waiting|active|retrying|done|skipped|failed|cancelled)/g)]
      expect(
        counts.reduce((sum, [, count]) => sum + Number(count), 0),
        text,
      ).toBe(31)
    }
    const shares = samples.flatMap(({ value }) => (value === null ? [] : [Number(value)]))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(new Set(shares).size).toBeGreaterThanOrEqual(5)
    const { run: ended } = await gql<{ run: object }>(countsOfRun, { id })
    expect(ended).toEqual({
      status: 'SUCCEEDED',
      totalCount: 31,
      waitingCount: 0,
      activeCount: 0,
      retryingCount: 0,
      succeededCount: 30,
      failedCount: 1,
      done: { totalCount: 30 },
      failed: { totalCount: 1 },
      all: { totalCount: 31 },
    })
  })

  it('tells the images as the API does, each state a link to those in it', async () => {
    const images = dashboard.page.getByRole('region', { name: 'Images' })
    await images.getByRole('link', { name: 'Ready 30' }).waitFor()
    for (const [name, status] of [
      ['Ready 30', 'READY'],
      ['In work 0', 'PROCESSING'],
      ['Partial 0', 'PARTIAL'],
      ['Failed 1', 'FAILED'],
    ] as const) {
      expect(await images.getByRole('link', { name }).getAttribute('href')).toBe(`/images?status=${status}`)
    }
    await images.getByRole('link', { name: 'Images 31' }).waitFor()
  })

  it('tells each failure with its code, a sentence, the stage and the attempts', async () => {
    const row = dashboard.page.getByRole('table', { name: 'Last failures' }).getByRole('row').nth(1)
    const cells = await row.getByRole('cell').allTextContents()
    expect(cells[0]).toBe('photo-31.jpg')
    expect(cells[1]).toMatch(/^CORRUPT_IMAGE \S.*\.$/)
    expect(cells.slice(2, 4)).toEqual(['Decode', '1'])
    expect(await row.getByRole('time').getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  it('says to those who do not see it how far it is', async () => {
    await begin(0)
    await uploadTogether(dashboard, await photos(3))
    const { page } = dashboard
    await page.getByRole('status', { name: 'Announcements' }).getByText('0 of 3 done, 0 failed').waitFor()
    await begin(2)
    await page.getByText('Nothing is under way').waitFor()
  })

  it('says on every page when a run is paused, also after a restart, and resumes it when told to', async () => {
    const { page, gql } = dashboard
    await begin(0)
    const id = await uploadTogether(dashboard, await photos(2))
    await gql('mutation ($id: ID!) { pauseRun(input: { id: $id }) { __typename } }', { id })
    const banner = page.getByRole('status', { name: 'Paused' })
    const said = /^Upload is paused, (just now|\d+ s ago)/
    await banner.getByText(said).waitFor()
    expect(await banner.getByRole('link', { name: 'Upload' }).getAttribute('href')).toBe(
      `/runs/${encodeURIComponent(id)}`,
    )
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.getByRole('heading', { name: 'Runs' }).waitFor()
    await banner.getByText(said).waitFor()
    await dashboard.restart()
    await begin(2)
    await page.goto('/')
    await banner.getByRole('time').waitFor()
    const run = page.getByRole('region', { name: 'Active runs' }).getByRole('listitem')
    await run.getByText('2 waiting').waitFor()
    // it may begin now, and does not
    await page.waitForTimeout(1_000)
    expect(await run.getByText('2 waiting').count()).toBe(1)
    await banner.getByRole('button', { name: 'Resume Upload' }).click()
    await banner.waitFor({ state: 'detached' })
    await page.getByText('Nothing is under way').waitFor()
    forget(dashboard.problems, /ERR_(CONNECTION|SOCKET)_/)
  })

  it('fits a window of 720 px, as one of 1440 is at 200 %', async () => {
    const width = 720
    const page = await dashboard.open({ viewport: { width, height: 640 } })
    await page.goto('/')
    await page.getByRole('table', { name: 'Last failures' }).waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })

  it('says what does not work, and tries again when asked', async () => {
    const page = await dashboard.open()
    await page.route('**/graphql', (route) => route.fulfill({ status: 500, body: 'broken' }))
    await page.goto('/')
    await page.getByRole('alert').first().waitFor()
    await page.unroute('**/graphql')
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.getByRole('region', { name: 'Images' }).waitFor()
    forget(dashboard.problems, /500/)
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
