import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { type Dashboard, seriousFindings } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg, pngHeader } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { addressOf, type BucketDashboard, openBucketDashboard } from '../support/run-page.ts'

const importImages = `mutation ($urls: [String!]!) {
  importImages(input: { urls: $urls, artistName: "Carl Cox", recipes: ["presets"] }) {
    ... on StartRunPayload { run { id } }
    ... on Error { message }
  }
}`

const failedTasks = `query ($id: ID!) {
  run(id: $id) { status requestId tasks(status: [FAILED], first: 10) { nodes {
    id subject attempt errorCode errorMessage
  } } }
}`

const countReady = '{ images(filter: { status: [READY] }) { totalCount } }'

interface Failed {
  run: {
    status: string
    requestId: string
    tasks: { nodes: { id: string; subject: string; attempt: number; errorCode: string; errorMessage: string }[] }
  }
}

/** What the list says of an address. */
const fileOf = (address: string) => new URL(address).pathname.slice(1)

/** Part of an address that lets in whoever has it. */
const signature = 'X-Amz-Signature=0123456789abcdef'

describe.skipIf(!chromium)('the page of a run with failures', () => {
  let opened: BucketDashboard
  let dashboard: Dashboard
  let site: PictureSite
  let runId = ''
  let refusedKey = ''
  let failures: Failed['run']['tasks']['nodes'] = []

  beforeAll(async () => {
    site = await startPictureSite()
    opened = await openBucketDashboard({ SOURCE_ALLOW: site.host })
    dashboard = opened.dashboard
    const [whole, refused] = await Promise.all([jpeg(400, 300), jpeg(320, 240)])
    const sha256 = createHash('sha256').update(refused).digest('hex')
    refusedKey = `pictures/${planUnits(findRecipe('presets'), { width: 320, height: 240, sha256 })[0]?.key}`
    opened.s3.refuse.set(refusedKey, '500')
    site.pages.set('/whole.jpg', { body: whole })
    site.pages.set('/truncated.jpg', { body: whole.subarray(0, whole.byteLength / 2) })
    site.pages.set('/bomb.png', { body: pngHeader(20_000, 20_000) })
    site.pages.set('/refused.jpg', { body: refused })
    const urls = ['whole.jpg', 'truncated.jpg', 'bomb.png', 'refused.jpg'].map((name) =>
      site.url(`/${name}?${signature}`),
    )
    const { importImages: started } = await dashboard.gql<{ importImages: { run: { id: string } } }>(importImages, {
      urls,
    })
    runId = started.run.id
    const read = () => dashboard.gql<Failed>(failedTasks, { id: runId })
    await eventually('the run is over', async () => (await read()).run.status === 'SUCCEEDED')
    failures = (await read()).run.tasks.nodes
  }, 60_000)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
  })

  const rows = (page = dashboard.page) => page.getByRole('grid', { name: 'Tasks' }).getByRole('gridcell')
  const count = (name: string, page = dashboard.page) =>
    page.getByRole('navigation', { name: 'State' }).getByRole('link', { name, exact: true })
  const shows = (rowCount: number, page = dashboard.page) =>
    expect.poll(() => rows(page).count(), { timeout: 10_000 }).toBe(rowCount)
  const isFocused = (element: ReturnType<Dashboard['page']['getByRole']>) =>
    element.evaluate((each) => each === document.activeElement)

  it('tells three failures apart, each with its code, sentence and attempts as in the API', async () => {
    const { page } = dashboard
    await page.goto(addressOf(runId))
    await count('Failed 3').click()
    await shows(3)
    expect(failures.map(({ errorCode }) => errorCode).sort()).toEqual([
      'CORRUPT_IMAGE',
      'STORAGE_UNAVAILABLE',
      'TOO_MANY_PIXELS',
    ])
    for (const { subject, errorCode, errorMessage, attempt } of failures) {
      const text = await rows()
        .filter({ hasText: fileOf(subject) })
        .textContent()
      expect(text).toContain(`${errorCode} `)
      expect(text).toContain(errorMessage)
      expect(text).toContain(`attempt ${attempt} of 4`)
    }
    expect(failures.find(({ errorCode }) => errorCode === 'STORAGE_UNAVAILABLE')?.attempt).toBe(4)
  })

  it('groups them by code, and each group opens its tasks', async () => {
    const { page } = dashboard
    const groups = page.getByRole('table', { name: 'Failures' })
    expect(await groups.getByRole('row').count()).toBe(4)
    expect(await groups.getByRole('row', { name: /STORAGE_UNAVAILABLE/ }).textContent()).toContain('may help')
    await groups.getByRole('link', { name: 'TOO_MANY_PIXELS' }).click()
    await shows(1)
    expect(new URL(page.url()).search).toBe('?status=FAILED&code=TOO_MANY_PIXELS')
    await page.getByRole('link', { name: 'Not only TOO_MANY_PIXELS' }).click()
    await shows(3)
  })

  it('gives details to copy, which let nobody in', async () => {
    const { page } = dashboard
    const [failure] = failures
    await rows()
      .filter({ hasText: fileOf(failure?.subject ?? '') })
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Copy details' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    const { run } = await dashboard.gql<Failed>(failedTasks, { id: runId })
    for (const told of [failure?.id, failure?.errorCode, failure?.errorMessage, runId, run.requestId]) {
      expect(copied).toContain(told ?? 'nothing')
    }
    for (const secret of [signature, opened.s3.secretAccessKey, opened.s3.accessKeyId, 'X-Amz']) {
      expect(copied).not.toContain(secret)
    }
    expect(await dialog.getByRole('list', { name: 'Attempts' }).getByRole('listitem').count()).toBeGreaterThan(0)
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('keeps filter and search in the address, and asks the service for them', async () => {
    const { page } = dashboard
    const asked: { search: string | null; status: string[] }[] = []
    page.on('request', (request) => {
      const { query = '', variables } = (request.postDataJSON() ?? {}) as {
        query?: string
        variables: (typeof asked)[0]
      }
      if (query.includes('query RunTasks(')) asked.push(variables)
    })
    await page.goto(addressOf(runId))
    await count('Failed 3').click()
    await expect.poll(() => asked.at(-1)?.status, { timeout: 10_000 }).toEqual(['FAILED'])
    await page.reload()
    await shows(3)
    await page.goBack()
    await shows(4)
    await page.goForward()
    await shows(3)
    const before = asked.length
    await page.getByRole('searchbox', { name: 'Search tasks' }).pressSequentially('bomb', { delay: 20 })
    await shows(1)
    expect(asked.slice(before).map(({ search }) => search)).toEqual(['bomb'])
    const other = await dashboard.open()
    await other.goto(page.url())
    await shows(1, other)
    expect(await rows(other).textContent()).toContain('bomb.png')
    await other.context().close()
  })

  it('can be used with keys alone: filter, open a task, close it, ask to retry, leave it', async () => {
    const { page } = dashboard
    await page.goto(addressOf(runId))
    await count('Failed 3').focus()
    await page.keyboard.press('Enter')
    await shows(3)
    await page.getByRole('searchbox', { name: 'Search tasks' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => isFocused(rows().nth(1))).toBe(true)
    expect(
      await rows()
        .nth(1)
        .evaluate((cell) => getComputedStyle(cell).outlineWidth),
    ).toBe('2px')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => isFocused(rows().nth(1))).toBe(true)
    const retry = page.getByRole('button', { name: 'Retry all failed (3)' })
    await retry.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
    await expect.poll(() => isFocused(retry)).toBe(true)
  })

  it('tells its name and status in the title, also where one came by a link', async () => {
    const page = await dashboard.open({ viewport: { width: 360, height: 640 } })
    await page.goto(addressOf(runId))
    await expect.poll(() => page.title(), { timeout: 10_000 }).toBe('Succeeded · Import · Greenroom')
    await rows(page).first().waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.goto(addressOf('nothing'))
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    expect(await page.title()).toBe('404 Not found · Greenroom')
    await page.context().close()
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const page = await dashboard.open({ colorScheme })
    await page.goto(addressOf(runId))
    await rows(page).first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.context().close()
  })

  it('retries all that failed, once, in a run to which it leads', async () => {
    const { page } = dashboard
    opened.s3.refuse.delete(refusedKey)
    for (const path of ['/truncated.jpg', '/bomb.png']) site.pages.set(path, { body: await jpeg(300, 200) })
    await page.goto(addressOf(runId))
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.postData()?.includes('mutation RetryRun')) sent.push(request.url())
    })
    await page.getByRole('button', { name: 'Retry all failed (3)' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Retry 3 failed tasks?' })
    await dialog.getByRole('button', { name: 'Retry all failed (3)' }).dblclick()
    await page.getByRole('heading', { name: 'Import retry' }).waitFor()
    await count('Done 3').waitFor({ timeout: 20_000 })
    await count('Failed 0').waitFor()
    expect(sent).toHaveLength(1)
    expect(await dashboard.gql(countReady)).toEqual({ images: { totalCount: 4 } })
    await page.getByRole('link', { name: 'Import', exact: true }).click()
    await page.getByRole('link', { name: 'Import retry' }).waitFor()
  })

  it('complains of nothing', () => {
    expect(dashboard.problems).toEqual([])
  })
})
