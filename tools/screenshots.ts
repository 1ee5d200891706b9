// The pictures of docs/dashboard.md: every page of the dashboard on the data of the demo, light and dark.
// `npm run screenshots` writes them; `npm run screenshots -- DIR` writes those of narrower windows too, to look at.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium } from 'playwright-core'
import sharp from 'sharp'

/** px */
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const

const [elsewhere] = process.argv.slice(2)
const folder = elsewhere ?? 'docs/images/dashboard'
const widths = elsewhere ? sizes : sizes.slice(0, 1)

/** Serves what the demo makes; resolves to its address. */
async function startDemo(dataDir: string): Promise<{ url: string; stop: () => void }> {
  const demo = spawn(process.execPath, ['dist/cli.js', 'demo'], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url = ''
  for await (const line of createInterface(demo.stdout)) {
    url ||= /listening on (\S+?)\. /.exec(line)?.[1] ?? ''
    if (line.startsWith('Ctrl-C')) break
  }
  demo.stdout.resume()
  return { url, stop: () => demo.kill('SIGTERM') }
}

async function ask<T>(url: string, query: string): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return ((await response.json()) as { data: T }).data
}

/** The pages, each by its name; those of single things show one that has something to tell. */
async function pagesOf(url: string): Promise<[name: string, path: string][]> {
  const { images, runs, artists } = await ask<
    Record<'images' | 'runs' | 'artists', { nodes: Record<string, string>[] }>
  >(
    url,
    `{ images(first: 1, filter: { status: [READY], search: "fig" }) { nodes { id } }
       runs(first: 1, kind: [SCRAPE]) { nodes { id } }
       artists(first: 1, search: "fox") { nodes { slug } } }`,
  )
  return [
    ['overview', '/'],
    ['images', '/images'],
    ['image', `/images/${encodeURIComponent(images.nodes[0]?.id ?? '')}`],
    ['artists', '/artists'],
    ['artist', `/artists/${artists.nodes[0]?.slug}`],
    ['runs', '/runs'],
    ['run', `/runs/${encodeURIComponent(runs.nodes[0]?.id ?? '')}`],
    ['upload', '/upload'],
    ['venues', '/venues'],
    ['system', '/system'],
  ]
}

async function shoot(browser: Browser, baseURL: string, colorScheme: 'light' | 'dark'): Promise<void> {
  for (const viewport of widths) {
    const context = await browser.newContext({ baseURL, colorScheme, viewport })
    const page = await context.newPage()
    for (const [name, address] of await pagesOf(baseURL)) {
      await page.goto(address, { waitUntil: 'load' })
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
      // pictures fade in
      await page.waitForTimeout(700)
      const png = await page.screenshot({ fullPage: elsewhere !== undefined })
      const file = path.join(folder, `${name}-${elsewhere ? `${viewport.width}-` : ''}${colorScheme}`)
      if (elsewhere) await writeFile(`${file}.png`, png)
      else await sharp(png).webp({ quality: 82 }).toFile(`${file}.webp`)
    }
    await context.close()
  }
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'greenroom-screenshots-'))
const demo = await startDemo(dataDir)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  await mkdir(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) await shoot(browser, demo.url, colorScheme)
  console.log(`The pictures are in ${folder}.`)
} finally {
  await browser.close()
  demo.stop()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
