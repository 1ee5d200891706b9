// The pictures of docs/dashboard.md: every page of the dashboard on the data of the demo, light and dark.
// `npm run screenshots` writes them; `npm run screenshots -- DIR` writes those of narrower windows too, to look at.
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

/** px */
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const

const [elsewhere] = process.argv.slice(2)
const folder = elsewhere ?? 'docs/images/dashboard'
const viewports = elsewhere ? sizes : sizes.slice(0, 1)
const run = promisify(execFile)

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

/** A photo that lost some bytes on its way, among good ones: something has to have failed. */
async function sendDamaged(url: string, dir: string): Promise<void> {
  const bytes = await readFile('examples/photos/mountain-sunset-landscape.jpg')
  const middle = Math.floor(bytes.byteLength / 2)
  const file = path.join(dir, 'lost-some-bytes.jpg')
  await writeFile(file, Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 500)]))
  const args = ['dist/cli.js', 'upload', file, '--artist', 'Copper Meridian']
  // it fails, as it should
  await run(process.execPath, args, { env: { ...process.env, GREENROOM_URL: url } }).catch(() => {})
}

/** Leaves a run half done, so that its bar stands still for every picture. */
async function holdRun(url: string): Promise<void> {
  await ask(url, 'mutation { setConcurrency(input: { concurrency: 1 }) { __typename } }')
  await ask(url, 'mutation { reprocessImages(input: { scope: ALL, recipes: ["artist-sizes"] }) { __typename } }')
  let processed = 0
  while (processed < 4) {
    await sleep(20)
    const { runs } = await ask<{ runs: { nodes: { processedCount: number }[] } }>(
      url,
      '{ runs(first: 1) { nodes { processedCount } } }',
    )
    processed = runs.nodes[0]?.processedCount ?? 0
  }
  await ask(url, 'mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
}

/** The pages, each by its name; those of single things show one that has something to tell. */
async function pagesOf(url: string): Promise<[name: string, path: string][]> {
  const { images, failed, uploads, artists } = await ask<
    Record<'images' | 'failed' | 'uploads' | 'artists', { nodes: Record<string, string>[] }>
  >(
    url,
    `{ images(first: 1, filter: { status: [READY, PROCESSING], search: "fig" }) { nodes { id } }
       failed: images(first: 1, filter: { search: "lost" }) { nodes { id } }
       uploads: runs(first: 1, kind: [UPLOAD]) { nodes { id } }
       artists(first: 1, search: "fox") { nodes { slug } } }`,
  )
  return [
    ['overview', '/'],
    ['images', '/images'],
    ['image', `/images/${encodeURIComponent(images.nodes[0]?.id ?? '')}`],
    ['failed-image', `/images/${encodeURIComponent(failed.nodes[0]?.id ?? '')}`],
    ['artists', '/artists'],
    ['artist', `/artists/${artists.nodes[0]?.slug}`],
    ['runs', '/runs'],
    ['run', `/runs/${encodeURIComponent(uploads.nodes[0]?.id ?? '')}`],
    ['upload', '/upload'],
    ['venues', '/venues'],
    ['system', '/system'],
  ]
}

await using cleaning = new AsyncDisposableStack()
const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-screenshots-'))
cleaning.defer(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
const demo = await startDemo(path.join(dir, 'data'))
cleaning.defer(demo.stop)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
cleaning.defer(() => browser.close())

await sendDamaged(demo.url, dir)
await holdRun(demo.url)
await mkdir(folder, { recursive: true })
const addresses = await pagesOf(demo.url)
for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of viewports) {
    const context = await browser.newContext({ baseURL: demo.url, colorScheme, viewport })
    const page = await context.newPage()
    for (const [name, address] of addresses) {
      await page.goto(address, { waitUntil: 'load' })
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
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
console.log(`The pictures are in ${folder}.`)
