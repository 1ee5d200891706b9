import axe from 'axe-core'
import { type BrowserContext, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core'
import { jpeg } from './images.ts'
import { chromium } from './installed.ts'
import { createDataDir, type Server, startServer } from './server.ts'
import { announce, complete, facts, send } from './uploads.ts'

export interface Dashboard extends AsyncDisposable {
  server: Server
  page: Page
  context: BrowserContext
  /** what a browser complained of: errors, refused requests, and requests to any other server */
  problems: string[]
  /** another browser, which knows nothing of the first */
  open(options?: BrowserContextOptions): Promise<Page>
  gql<T>(query: string, variables?: Record<string, unknown>): Promise<T>
  /** ends the service and starts another one at the same address, on the same data */
  restart(): Promise<void>
}

/** A whole service, and a browser that shows its dashboard. */
export async function openDashboard(env: Record<string, string> = {}): Promise<Dashboard> {
  const data = await createDataDir()
  let server = await startServer(data.dir, env)
  const { url } = server
  const browser = await driver.launch({
    executablePath: chromium ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  const problems: string[] = []

  async function openContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    // pictures are told under the name of the machine
    const own = [url, url.replace('127.0.0.1', 'localhost')]
    await context.route(
      (asked) => !own.includes(asked.origin) && asked.protocol.startsWith('http'),
      (route) => {
        problems.push(`asked ${route.request().url()}`)
        return route.abort()
      },
    )
    return context
  }

  async function openPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    return page
  }

  const context = await openContext()
  return {
    get server() {
      return server
    },
    page: await openPage(context),
    context,
    problems,
    open: async (options) => openPage(await openContext(options)),
    async gql<T>(query: string, variables = {}): Promise<T> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      const { data: answer, errors } = (await response.json()) as { data: T; errors?: { message: string }[] }
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '))
      return answer
    },
    async restart() {
      await server.stop('SIGKILL')
      server = await startServer(data.dir, { ...env, PORT: new URL(url).port })
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
      await data[Symbol.asyncDispose]()
    },
  }
}

/** Sends files in one run; resolves to its id, while it goes on. */
export async function uploadTogether(client: Pick<Dashboard, 'gql'>, files: readonly Uint8Array[]): Promise<string> {
  const { uploads } = await announce(
    client,
    files.map((bytes, index) => facts(bytes, `photo-${index + 1}.jpg`)),
  )
  for (const [index, target] of uploads.entries()) await send(target, files[index] ?? new Uint8Array())
  const { run } = await complete(
    client,
    uploads.map(({ id }) => id),
  )
  return run.id
}

/** JPEGs that no other call has made. */
export const photos = (count: number) => Promise.all(Array.from({ length: count }, () => jpeg(400, 300)))

/** What axe finds that keeps somebody from using the page, by rule. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // the page's policy lets no script of others run; this one comes in past it
  await page.evaluate(axe.source)
  const findings = await page.evaluate<Finding[]>('axe.run().then(({ violations }) => violations)')
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

interface Finding {
  id: string
  impact: string
  nodes: { html: string }[]
}

/** Without the complaints that a test has brought about itself. */
export function forget(problems: string[], pattern: RegExp): void {
  problems.splice(0, problems.length, ...problems.filter((text) => !pattern.test(text)))
}

/** How far what is seen has jumped since the page was opened (Cumulative Layout Shift). */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0
    const add = (list) => { for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value }
    new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 300)
  })`)
}
