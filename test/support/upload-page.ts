import { randomBytes } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import type { Dashboard } from './dashboard.ts'

export interface ChosenFile {
  name: string
  mimeType: string
  buffer: Buffer
}

export const named = (name: string, buffer: Buffer, mimeType = 'image/jpeg'): ChosenFile => ({ name, mimeType, buffer })

/** A picture that no encoder makes smaller: about 3 bytes a pixel as PNG, less than 1 as JPEG. */
export function noise(side: number, format: 'png' | 'jpeg'): Promise<Buffer> {
  const raw = sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
  return raw.toFormat(format, format === 'png' ? { compressionLevel: 0 } : { quality: 90 }).toBuffer()
}

const dropZone = (page: Page) => page.getByRole('button', { name: /^Drop photos here/ })

/** By the file picker of the browser, opened with a click or, where it has the focus, a key. */
export async function pick(page: Page, files: ChosenFile[] | string, open = () => dropZone(page).click()) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()])
  await chooser.setFiles(files)
}

/** As a drop on the zone or a paste into the page would bring them. */
export async function bring(page: Page, kind: 'drop' | 'paste', files: readonly ChosenFile[]) {
  const packed = files.map(({ name, mimeType, buffer }) => [name, mimeType, buffer.toString('base64')])
  const data = await page.evaluateHandle<DataTransfer>(`(() => {
    const data = new DataTransfer()
    for (const [name, type, text] of ${JSON.stringify(packed)}) {
      data.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name, { type }))
    }
    return data
  })()`)
  if (kind === 'drop') return dropZone(page).dispatchEvent('drop', { dataTransfer: data })
  await data.evaluate((clipboardData) => {
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  })
}

export const rowOf = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })

/** Waits until the row of a file says this, and not more. */
export const says = (page: Page, name: string, text: string | RegExp): Promise<void> =>
  rowOf(page, name).getByText(text, { exact: true }).waitFor()

/** Says who is in them and sends what is chosen. */
export async function sendAs(page: Page, artist: string) {
  await page.getByRole('combobox', { name: 'Artist' }).fill(artist)
  await page.getByRole('button', { name: /^Upload \d/ }).click()
}

/** Bytes a second of all that the page sends; 0 for as fast as can be. */
export async function throttle(page: Page, bytesPerSecond: number) {
  const session = await page.context().newCDPSession(page)
  const uploadThroughput = bytesPerSecond || -1
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput }
  await session.send('Network.emulateNetworkConditions', conditions)
  return session
}

/** What each bar has said since, by its name. */
export async function watchBars(page: Page): Promise<() => Promise<Record<string, number[]>>> {
  await page.evaluate(`window.seen = {}; new MutationObserver(() => {
    for (const bar of document.querySelectorAll('[role=progressbar][aria-valuenow]')) {
      const values = window.seen[bar.getAttribute('aria-label')] ??= []
      const value = Number(bar.getAttribute('aria-valuenow'))
      if (values.at(-1) !== value) values.push(value)
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true })`)
  return () => page.evaluate<Record<string, number[]>>('window.seen')
}

/** Where in their files what the page sends from now on begins: an offset for each request. */
export function watchSent(page: Page): number[] {
  const sent: number[] = []
  page.on('request', (request) => {
    if (!request.url().includes('/uploads/') || !['PUT', 'PATCH'].includes(request.method())) return
    sent.push(Number(request.headers()['upload-offset'] ?? 0))
  })
  return sent
}

/** Leads the focus there with Tab alone; resolves to how thick the outline around it is, px. */
export async function tabTo(page: Page, name: RegExp): Promise<number> {
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press('Tab')
    const [text, outline] = await page.evaluate<[string, number]>(`(() => {
      const at = document.activeElement
      return [at.labels?.[0]?.innerText || at.ariaLabel || at.innerText, parseFloat(getComputedStyle(at).outlineWidth)]
    })()`)
    if (name.test(text)) return outline
  }
  throw new Error(`Tab does not lead to ${name}.`)
}

/** Ends what waits or is being made. */
export async function cancelRuns({ gql }: Pick<Dashboard, 'gql'>): Promise<void> {
  const { runs } = await gql<{ runs: { nodes: { id: string }[] } }>(
    'query { runs(status: [QUEUED, RUNNING], first: 100) { nodes { id } } }',
  )
  for (const { id } of runs.nodes) {
    await gql('mutation ($id: ID!) { cancelRun(input: { id: $id }) { __typename } }', { id })
  }
}
