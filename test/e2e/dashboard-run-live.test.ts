import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, seriousFindings } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { addressOf, type BucketDashboard, beginRun, openBucketDashboard, setConcurrency } from '../support/run-page.ts'

const stale = /^Reconnecting… stale since \d\d:\d\d:\d\d$/

const countsOfRun = `query ($id: ID!) { run(id: $id) {
  status eventSeq totalCount succeededCount failedCount cancelledCount waitingCount activeCount retryingCount
} }`

interface Counts {
  run: { status: string; eventSeq: number; succeededCount: number; cancelledCount: number }
}

/** Names and numbers of the states, as the page shows them, which have to be of one moment. */
const readCounts = `[...document.querySelectorAll('nav[aria-label=State] a')].map((link) => link.textContent)`

/** Which step each item in work is in, gathered from now on. */
const gatherSteps = `
  window.seen = {}
  window.shares = []
  const look = () => {
    for (const list of document.querySelectorAll('ol[aria-label^="Stages of"]')) {
      const steps = (window.seen[list.ariaLabel] ??= [])
      for (const step of list.querySelectorAll('[aria-current=step]')) {
        const name = step.textContent.split(' ')[0]
        if (!steps.includes(name)) steps.push(name)
      }
    }
    const share = document.querySelector('[role=progressbar]')?.ariaValueNow
    if (share && window.shares.at(-1) !== Number(share)) window.shares.push(Number(share))
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
`

describe.skipIf(!chromium)('the page of a run under way', () => {
  let opened: BucketDashboard
  let dashboard: Dashboard
  beforeAll(async () => {
    opened = await openBucketDashboard({ CONCURRENCY: '0' })
    dashboard = opened.dashboard
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  const begin = (concurrency: number) => dashboard.gql(setConcurrency, { concurrency })
  const photos = (count: number, width = 800) =>
    Promise.all(Array.from({ length: count }, () => jpeg(width, (width * 3) / 4)))
  /** the title of the tab begins with the state that the page shows */
  const isShown = (status: string) =>
    expect.poll(() => dashboard.page.title(), { timeout: 20_000 }).toBe(`${status} · Upload · Greenroom`)
  const count = (name: string) =>
    dashboard.page.getByRole('navigation', { name: 'State' }).getByRole('link', { name, exact: true })
  const countsOf = async (id: string) => (await dashboard.gql<Counts>(countsOfRun, { id })).run

  it('shows the stage of each item, a bar that never goes back, and counts that add up', async () => {
    const { page } = dashboard
    await begin(0)
    const id = await beginRun(dashboard, await photos(4, 640), ['presets', 'responsive'])
    await page.goto(addressOf(id))
    await count('Waiting 4').waitFor()
    await page.evaluate(gatherSteps)
    await begin(1)
    const sums: number[] = []
    while ((await page.title()) !== 'Succeeded · Upload · Greenroom') {
      const [, ...counts] = await page.evaluate<string[]>(readCounts)
      sums.push(counts.reduce((sum, text) => sum + Number(text.split(' ').at(-1)), 0))
      await page.waitForTimeout(100)
    }
    expect(new Set(sums)).toEqual(new Set([4]))
    const seen = await page.evaluate<Record<string, string[]>>('window.seen')
    expect(Math.max(...Object.values(seen).map((steps) => steps.length))).toBeGreaterThanOrEqual(3)
    const shares = await page.evaluate<number[]>('window.shares')
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(new Set(shares).size).toBeGreaterThanOrEqual(5)
    await count('Done 4').waitFor()
  })

  it('says since when it is stale while the network is away, then has all events, each once', async () => {
    const { page, context } = dashboard
    await begin(0)
    const id = await beginRun(dashboard, await photos(8, 400), ['presets'])
    await page.goto(addressOf(id))
    await count('Waiting 8').waitFor()
    await begin(1)
    await page.getByRole('list', { name: 'Last events' }).getByText('is stored').first().waitFor()
    await context.setOffline(true)
    await page.getByRole('status', { name: 'Connection' }).getByText(stale).waitFor()
    await page.waitForTimeout(5_000)
    await context.setOffline(false)
    await eventually('the run is over', async () => (await countsOf(id)).status === 'SUCCEEDED')
    await isShown('Succeeded')
    await count('Done 8').waitFor()
    const { eventSeq } = await countsOf(id)
    const feed = page.getByRole('list', { name: 'Last events' }).getByRole('listitem')
    await feed.first().getByText(`#${eventSeq}`).waitFor()
    const seqs = (await feed.allTextContents()).map((text) => Number(text.split('#').at(-1)))
    expect(seqs).toEqual(Array.from({ length: eventSeq }, (_, index) => eventSeq - index))
    const rows = await page.getByRole('grid', { name: 'Tasks' }).getByRole('gridcell').allTextContents()
    expect(rows.map((text) => text.match(/photo-\d/)?.[0]).sort()).toEqual(rows.map((_, index) => `photo-${index + 1}`))
  })

  it('is paused and goes on, as everybody is told', async () => {
    const { page } = dashboard
    await begin(0)
    const id = await beginRun(dashboard, await photos(2, 400), ['presets'])
    await page.goto(addressOf(id))
    await page.getByRole('button', { name: 'Pause' }).click()
    await isShown('Paused')
    await begin(2)
    await page.reload()
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
    expect(await countsOf(id)).toMatchObject({ status: 'QUEUED', succeededCount: 0 })
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await isShown('Succeeded')
  })

  it('cancels while AVIF is encoded, keeps what is stored, and stores nothing more', async () => {
    const { page } = dashboard
    await begin(1)
    const large = await readFile('examples/photos/dandelion-meadow-16mp.jpg')
    const id = await beginRun(dashboard, [large, ...(await photos(3))], ['responsive'])
    await page.goto(addressOf(id))
    await page.getByRole('list', { name: 'Stages of photo-1.jpg' }).getByText('Store 1').waitFor()
    let goOn = () => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('mutation CancelRun')) await held
      await route.continue()
    })
    await page.getByRole('button', { name: 'Cancel run' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('alertdialog', { name: 'Cancel 4 tasks of 4?' })
    await dialog.getByRole('button', { name: 'Cancel run' }).focus()
    await page.keyboard.press('Enter')
    // said at once, whatever the service takes to answer
    await isShown('Cancelling')
    goOn()
    await isShown('Cancelled')
    const puts = () => opened.s3.log.filter(({ method }) => method === 'PUT').length
    const before = puts()
    await count('Cancelled 4').waitFor()
    await page.getByRole('button', { name: 'Retry cancelled (4)' }).waitFor()
    expect(await page.getByRole('main').getByText('what was stored is kept').count()).toBe(1)
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('H1')
    await page.waitForTimeout(1_000)
    expect(puts()).toBe(before)
    const stored = await dashboard.gql<{ run: { tasks: { nodes: { image: { variants: { url: string }[] } }[] } } }>(
      'query ($id: ID!) { run(id: $id) { tasks(first: 1) { nodes { image { variants { url } } } } } }',
      { id },
    )
    const [kept] = stored.run.tasks.nodes
    expect(kept?.image.variants.length).toBeGreaterThan(0)
    for (const { url } of kept?.image.variants ?? []) expect((await fetch(url)).status).toBe(200)
    await page.unroute('**/graphql')
  })

  it('says to those who do not see it how far it is, and what has come of it', async () => {
    const { page } = dashboard
    await begin(0)
    const id = await beginRun(dashboard, await photos(2, 400), ['presets'])
    await page.goto(addressOf(id))
    const heard = page.getByRole('status', { name: 'Announcements' })
    await heard.getByText('0 of 2 done, 0 failed').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await begin(2)
    await heard.getByText('Succeeded. 2 of 2 done, 0 failed').waitFor()
  })

  it('complains of nothing but the network that was away', () => {
    expect(dashboard.problems.filter((text) => !/ERR_INTERNET_DISCONNECTED/.test(text))).toEqual([])
  })
})
