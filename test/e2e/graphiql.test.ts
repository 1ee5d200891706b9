import { type Browser, chromium as driver, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { multipart } from '../support/client.ts'
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
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await context.route('**', (route) => {
      const { url } = { url: route.request().url() }
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

  async function openTab(name: string): Promise<void> {
    await page.getByRole('tab', { name, exact: true }).click()
  }

  async function setVariables(variables: object): Promise<void> {
    await page.getByRole('button', { name: 'Variables' }).click()
    const editor = page
      .locator('section[aria-label="Variables"] .monaco-editor, section[aria-label="Variables"] .CodeMirror')
      .first()
    await editor.click()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText(JSON.stringify(variables))
  }

  async function execute(): Promise<string> {
    await page.getByRole('button', { name: /Execute query/ }).click()
    return result()
  }

  const result = () => page.locator('section[aria-label="Result Window"], .result-window').first().innerText()

  it('offers uploading, watching, reprocessing and browsing in tabs', async () => {
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Browse', 'Upload', 'Watch', 'Reprocess'])
  })

  it('browses', async () => {
    await openTab('Browse')
    await execute()
    await expect.poll(result).toContain('"totalCount"')
  })

  it('watches a run to its end over WebSocket', async () => {
    const mutation =
      'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { ... on UploadImagePayload { run { id } } } }'
    const body = multipart(mutation, { artistName: 'Carl Cox' }, await photo('lamp-bird-small.jpg'), 'lamp.jpg')
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1' },
      body,
    })
    const { data: answer } = (await response.json()) as { data: { uploadImage: { run: { id: string } } } }
    await openTab('Watch')
    await setVariables({ runId: answer.uploadImage.run.id })
    await execute()
    await expect.poll(result, { timeout: 20_000 }).toContain('SUCCEEDED')
  })

  it('reprocesses', async () => {
    await openTab('Reprocess')
    await execute()
    await expect.poll(result).toContain('StartRunPayload')
  })

  it('asks nothing of any other server', async () => {
    await page.screenshot({ path: process.env.GRAPHIQL_SCREENSHOT ?? `${data.dir}/graphiql.png` })
    expect(outside).toEqual([])
  })
})
