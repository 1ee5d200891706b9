import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, openDashboard, seriousFindings } from '../support/dashboard.ts'
import { chromium } from '../support/installed.ts'

const count = 10_000

/** A run as the API tells it, of a long time ago. */
const run = (index: number) => ({
  __typename: 'ProcessingRun',
  id: `run-${index}`,
  kind: 'UPLOAD',
  status: 'SUCCEEDED',
  outcome: 'CLEAN',
  scope: 'UPLOAD',
  dryRun: false,
  totalCount: index,
  processedCount: index,
  succeededCount: index,
  skippedCount: 0,
  failedCount: 0,
  cancelledCount: 0,
  waitingCount: 0,
  activeCount: 0,
  retryingCount: 0,
  progress: 1,
  etaSeconds: null,
  eventSeq: 5,
  pausedAt: null,
  pausedBy: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:01:00.000Z',
})

interface Asked {
  query: string
  variables: { first: number; after: string | null; status?: string[] }
}

describe.skipIf(!chromium)('a list of 10,000', () => {
  let dashboard: Dashboard
  const asked: Asked['variables'][] = []
  beforeAll(async () => {
    dashboard = await openDashboard()
    await dashboard.page.route('**/graphql', (route) => {
      const { query, variables } = route.request().postDataJSON() as Asked
      if (!query.includes('query Runs(')) return route.continue()
      asked.push(variables)
      const from = Number(variables.after ?? 0)
      const nodes = Array.from({ length: Math.min(variables.first, count - from) }, (_, index) => run(from + index + 1))
      const pageInfo = { hasNextPage: from + nodes.length < count, endCursor: String(from + nodes.length) }
      return route.fulfill({ json: { data: { runs: { totalCount: count, nodes, pageInfo } } } })
    })
    await dashboard.page.goto('/runs')
    await dashboard.page.getByText('10,000 runs').waitFor()
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const cells = () => dashboard.page.getByRole('grid', { name: 'Runs' }).getByRole('gridcell')
  const focused = () => dashboard.page.evaluate<string>('document.activeElement.dataset.index')
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => dashboard.page.keyboard.press(key)), Promise.resolve())

  it('holds few of them in the document', async () => {
    await cells().first().waitFor()
    expect(await dashboard.page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThanOrEqual(1_500)
    expect(asked).toEqual([{ first: 100, after: null, status: [], kind: [] }])
    expect(await seriousFindings(dashboard.page)).toEqual([])
  })

  it('is one tab stop, in which keys move', async () => {
    const { page } = dashboard
    await page.getByRole('link', { name: 'Reconcile' }).focus()
    await press('Tab')
    expect(await focused()).toBe('0')
    await press('ArrowDown', 'ArrowDown', 'ArrowUp')
    expect(await focused()).toBe('1')
    await press('End')
    await expect.poll(focused).toBe('99')
    await press('Home')
    await expect.poll(focused).toBe('0')
    await press('Tab')
    expect(await page.evaluate<boolean>('document.activeElement.closest("[role=grid]") === null')).toBe(true)
  })

  it('goes to its end page by page, and leaves none out', async () => {
    const { page } = dashboard
    const last = page.getByRole('gridcell', { name: '10,000 done' })
    while ((await last.count()) === 0) {
      await page.mouse.wheel(0, 20_000)
      await page.waitForTimeout(30)
    }
    expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThanOrEqual(1_500)
    expect(asked.slice(1).map(({ after }) => after)).toEqual(
      Array.from({ length: count / 100 - 1 }, (_, page) => String((page + 1) * 100)),
    )
  })

  it('asks the service for what is filtered, by the address', async () => {
    const { page } = dashboard
    await page.getByRole('link', { name: 'Failed 0', exact: true }).click()
    await expect.poll(() => asked.at(-1)).toEqual({ first: 100, after: null, status: ['FAILED'], kind: [] })
    expect(new URL(page.url()).search).toBe('?status=FAILED')
    await page.getByRole('link', { name: 'Import', exact: true }).click()
    await expect.poll(() => asked.at(-1)).toEqual({ first: 100, after: null, status: ['FAILED'], kind: ['IMPORT'] })
    expect(new URL(page.url()).search).toBe('?status=FAILED&kind=IMPORT')
    await page.goBack()
    await page.goBack()
    await expect.poll(() => asked.at(-1)).toEqual({ first: 100, after: null, status: [], kind: [] })
  })

  it('opens one by Enter', async () => {
    const { page } = dashboard
    await cells().first().focus()
    await press('Enter')
    expect(new URL(page.url()).pathname).toBe('/runs/run-1')
  })
})
