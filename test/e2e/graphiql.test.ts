import { type Browser, chromium as driver, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../support/client.ts'
import { photo } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { createDataDir, type Server, startServer } from '../support/server.ts'

describe.skipIf(!chromium)('GraphiQL in a browser without any other network', () => {
  let data: Awaited<ReturnType<typeof createDataDir>>
  let server: Server
  let browser: Browser
  let page: Page
  const outside: string[] = []

  beforeAll(async () => {
    data = await createDataDir()
    server = await startServer(data.dir)
    browser = await driver.launch({
      executablePath: chromium ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await context.route('**', (route) => {
      const url = route.request().url()
      if (url.startsWith(server.url) || url.startsWith('blob:') || url.startsWith('data:')) return route.continue()
      outside.push(url)
      return route.abort()
    })
    page = await context.newPage()
    await page.goto(`${server.url}/graphql`)
    await page.getByRole('button', { name: /Execute query/ }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  /** Clicks until it is open: while the tabs are being laid out, GraphiQL moves one from under the pointer. */
  async function openTab(name: string): Promise<void> {
    const active = page.getByRole('tab', { selected: true })
    while (!(await active.textContent())?.startsWith(name)) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.waitForTimeout(500)
    }
  }

  async function setVariables(variables: object): Promise<void> {
    await page.getByRole('region', { name: 'Variables' }).getByRole('textbox').first().focus()
    await page.keyboard.press('Control+A')
    // pasted: while one types, the editor closes quotes and brackets by itself
    await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(variables))
    await page.keyboard.press('Control+V')
    await page.waitForTimeout(500)
  }

  const execute = () => page.getByRole('button', { name: /Execute query/ }).click()

  const result = () => page.getByRole('region', { name: 'Result Window' }).textContent()

  it('offers browsing, uploading, watching, reprocessing and steering in tabs', async () => {
    const names = await page
      .getByRole('tab')
      .getByRole('button', { name: /^(?!Close)/ })
      .allTextContents()
    expect(names).toEqual(['Browse', 'Upload', 'Watch', 'Import', 'Venues', 'Reprocess', 'Runs'])
  })

  it('browses', async () => {
    await openTab('Browse')
    // not that to the question for the schema, which may still be on its way
    const answered = page.waitForResponse(
      (response) => response.request().postData()?.includes('uploadPolicy') ?? false,
    )
    await execute()
    expect(await (await answered).json()).toMatchObject({ data: { images: { totalCount: 0 }, uploadPolicy: {} } })
    await expect.poll(result, { timeout: 20_000 }).toContain('"data"')
  })

  it('watches a run to its end over WebSocket', async () => {
    const { run } = await createHttpClient(server.url).upload(await photo('lamp-bird-small.jpg'))
    await openTab('Watch')
    await setVariables({ runId: run.id })
    await execute()
    await expect.poll(result, { timeout: 20_000 }).toContain('SUCCEEDED')
  })

  it('reprocesses', async () => {
    await openTab('Reprocess')
    await execute()
    await expect.poll(result, { timeout: 20_000 }).toContain('StartRunPayload')
  })

  it('asks nothing of any other server', async () => {
    await page.screenshot({ path: process.env.GRAPHIQL_SCREENSHOT ?? `${data.dir}/graphiql.png` })
    expect(outside).toEqual([])
  })
})
