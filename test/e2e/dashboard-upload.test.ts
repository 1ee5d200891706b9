import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, forget, openDashboard, photos, seriousFindings } from '../support/dashboard.ts'
import { jpeg, picture } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { createDataDir } from '../support/server.ts'
import {
  bring,
  cancelRuns,
  named,
  noise,
  pick,
  rowOf,
  says,
  sendAs,
  tabTo,
  throttle,
  watchBars,
  watchSent,
} from '../support/upload-page.ts'

const setConcurrency = `mutation ($concurrency: Int!) {
  setConcurrency(input: { concurrency: $concurrency }) { ... on Error { message } }
}`

const imageByHash = `query ($sha256: String!) { image(sha256: $sha256) { id byteSize artists { name } } }`

describe.skipIf(!chromium)('the upload page', () => {
  let dashboard: Dashboard
  beforeAll(async () => {
    // what is taken in waits until a test says otherwise
    dashboard = await openDashboard({ CONCURRENCY: '0', MAX_BYTES: String(25 * 1024 * 1024) })
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  /** In a browser that knows nothing yet. */
  async function open(options?: Parameters<Dashboard['open']>[0]): Promise<Page> {
    const page = await dashboard.open(options)
    await page.goto('/upload')
    await page.getByRole('button', { name: /^Drop photos here/ }).waitFor()
    return page
  }

  const files = async (count: number, word: string) =>
    (await photos(count)).map((bytes, index) => named(`${word}-${index + 1}.jpg`, bytes))

  const imageOf = async (bytes: Buffer) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { image } = await dashboard.gql<{ image: { id: string; byteSize: number; artists: object[] } | null }>(
      imageByHash,
      { sha256 },
    )
    return image
  }

  it('takes 20 files in that were picked or dropped, in the same way', async () => {
    const text = named('notes.txt', Buffer.from('no photo'), 'text/plain')
    for (const kind of ['picked', 'dropped']) {
      const page = await open()
      const chosen = [...(await files(20, kind)), text]
      if (kind === 'picked') await pick(page, chosen)
      else await bring(page, 'drop', chosen)
      await page.getByRole('heading', { name: '21 files' }).waitFor()
      await says(page, 'notes.txt', 'Unsupported type: text/plain; JPEG, PNG and WebP only')
      await sendAs(page, 'Carl Cox')
      const rows = page.getByRole('list', { name: '21 files' }).getByRole('listitem')
      await expect.poll(() => rows.getByText('Taken in', { exact: true }).count(), { timeout: 20_000 }).toBe(20)
      const run = page.getByRole('region', { name: 'Being made of them' }).getByRole('listitem')
      await run.getByText('20 waiting').waitFor()
      const images = await Promise.all(chosen.slice(0, 20).map(({ buffer }) => imageOf(buffer)))
      for (const image of images) expect(image).toMatchObject({ artists: [{ name: 'Carl Cox' }] })
      await page.getByRole('button', { name: 'Clear finished' }).click()
      expect(await rows.count()).toBe(0)
    }
  })

  it('takes files from the clipboard and from a folder with what lies below it', async () => {
    const page = await open()
    const [pasted, first, second] = await files(3, 'any')
    await bring(page, 'paste', pasted ? [pasted] : [])
    await says(page, 'any-1.jpg', 'Ready to send')
    await using data = await createDataDir()
    await mkdir(path.join(data.dir, 'below'))
    await writeFile(path.join(data.dir, 'top.jpg'), first?.buffer ?? '')
    await writeFile(path.join(data.dir, 'below', 'deep.jpg'), second?.buffer ?? '')
    await pick(page, data.dir, () => page.getByRole('button', { name: 'Choose a folder' }).click())
    await page.getByRole('heading', { name: '3 files' }).waitFor()
    for (const name of ['top.jpg', 'deep.jpg']) await says(page, name, 'Ready to send')
    await page.getByRole('button', { name: 'Remove deep.jpg' }).click()
    await page.getByRole('heading', { name: '2 files' }).waitFor()
  })

  it('shows how each file goes on at 1 Mbit/s; one is cancelled and sent again, another page ends none', async () => {
    const page = await open()
    const chosen = await Promise.all(
      ['a', 'b', 'c', 'd', 'last'].map(async (name) =>
        named(`${name}.jpg`, await noise(name === 'last' ? 600 : 450, 'jpeg')),
      ),
    )
    const shown = chosen.slice(0, 4)
    await pick(page, chosen)
    const bars = await watchBars(page)
    await throttle(page, 125_000)
    await sendAs(page, 'Nina Kraviz')
    await says(page, 'b.jpg', /^Sending, [1-9]/)
    await page.getByRole('button', { name: 'Cancel b.jpg' }).click()
    await says(page, 'b.jpg', 'Cancelled')
    await page.getByRole('button', { name: 'Retry b.jpg' }).click()
    for (const { name } of shown) await says(page, name, /^(Sent|Being taken in|Taken in)$/)
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('heading', { name: 'Runs' }).waitFor()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Upload' }).click()
    const rows = page.getByRole('list', { name: '5 files' }).getByRole('listitem')
    await expect.poll(() => rows.getByText('Taken in', { exact: true }).count(), { timeout: 20_000 }).toBe(5)
    const seen = await bars()
    for (const { name } of shown) expect(new Set(seen[name]).size, name).toBeGreaterThanOrEqual(5)
    for (const { buffer } of chosen) expect(await imageOf(buffer)).not.toBeNull()
  })

  it('sends the same bytes once, and says what they are a duplicate of', async () => {
    const page = await open()
    const sent = watchSent(page)
    const bytes = await jpeg()
    await pick(page, [named('one.jpg', bytes), named('two.jpg', bytes)])
    await sendAs(page, 'Carl Cox')
    await says(page, 'one.jpg', 'Taken in')
    const id = (await imageOf(bytes))?.id ?? ''
    const link = rowOf(page, 'two.jpg').getByRole('link', { name: 'one.jpg' })
    await link.waitFor()
    expect(await rowOf(page, 'two.jpg').innerText()).toContain('Duplicate of one.jpg')
    expect(await link.getAttribute('href')).toBe(`/images/${encodeURIComponent(id)}`)
    expect(sent).toEqual([0])
    await pick(page, [named('three.jpg', bytes)])
    await sendAs(page, 'Nina Kraviz')
    await rowOf(page, 'three.jpg').getByRole('link', { name: 'one.jpg' }).waitFor()
    await expect.poll(async () => (await imageOf(bytes))?.artists.length).toBe(2)
    expect(sent).toHaveLength(1)
  })

  it('goes on after a reload in the middle of 20 MB, also when the upload has expired', async () => {
    const page = await open()
    const bytes = await noise(2_600, 'png')
    const large = named('large.png', bytes, 'image/png')
    await pick(page, [large])
    const session = await throttle(page, 6_000_000)
    await sendAs(page, 'Carl Cox')
    await says(page, 'large.png', /^Sending, [5-9]\d%/)
    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => void dialog.accept().then(() => resolve(dialog.type())))
    })
    await page.reload()
    expect(await asked).toBe('beforeunload')
    await says(page, 'large.png', 'Broken off: choose it again to go on')
    await session.detach()
    const sent = watchSent(page)
    let expired = 0
    await page.route('**/uploads/*', (route) => {
      if (route.request().method() !== 'HEAD' || expired > 0) return route.fallback()
      expired += 1
      return route.fulfill({ status: 410 })
    })
    await pick(page, [large])
    await says(page, 'large.png', 'Taken in')
    expect(expired).toBe(1)
    expect(sent).toHaveLength(1)
    expect(bytes.byteLength - (sent[0] ?? 0)).toBeLessThan(0.6 * bytes.byteLength)
    expect(await imageOf(bytes)).toMatchObject({ byteSize: bytes.byteLength })
    forget(dashboard.problems, /410/)
  })

  it('says what the service says of a file, and takes the others in', async () => {
    const page = await open()
    await pick(page, [named('small.jpg', await picture(60, 60).jpeg().toBuffer()), named('good.jpg', await jpeg())])
    await sendAs(page, 'Carl Cox')
    await says(page, 'good.jpg', 'Taken in')
    await says(page, 'small.jpg', /^The image is 60x60 px/)
    await page.getByRole('button', { name: 'Retry small.jpg' }).waitFor()
  })

  it('sends what was broken off again by itself', async () => {
    const page = await open()
    let broken = 0
    await page.route('**/uploads/*', (route) => {
      if (route.request().method() !== 'PATCH' || broken > 0) return route.fallback()
      broken += 1
      return route.abort()
    })
    await pick(page, await files(1, 'broken'))
    await sendAs(page, 'Carl Cox')
    await says(page, 'broken-1.jpg', 'Taken in')
    expect(broken).toBe(1)
    forget(dashboard.problems, /ERR_FAILED/)
  })

  it('shows the run of the files as it goes on, with a link to it', async () => {
    // those that wait would be made first
    await cancelRuns(dashboard)
    const page = await open()
    await pick(page, await files(2, 'made'))
    await sendAs(page, 'Carl Cox')
    const run = page.getByRole('region', { name: 'Being made of them' }).getByRole('listitem')
    await run.getByText('2 waiting').waitFor()
    expect(await run.getByRole('link', { name: 'Upload' }).getAttribute('href')).toMatch(/^\/runs\/.+/)
    await dashboard.gql(setConcurrency, { concurrency: 2 })
    await run.getByText('2 done').waitFor({ timeout: 20_000 })
    await dashboard.gql(setConcurrency, { concurrency: 0 })
  })

  it('works with the keyboard alone, with the focus to be seen at each step', async () => {
    const page = await open()
    // with nobody who listens, the browser would show its own
    page.on('filechooser', () => {})
    expect(await tabTo(page, /^Drop photos here/)).toBeGreaterThanOrEqual(2)
    await pick(page, await files(1, 'keys'), () => page.keyboard.press('Enter'))
    expect(await tabTo(page, /^Artist/)).toBeGreaterThanOrEqual(2)
    await page.keyboard.type('Carl Cox')
    expect(await tabTo(page, /^presets/)).toBeGreaterThanOrEqual(2)
    await page.keyboard.press('Space')
    expect(await tabTo(page, /^Upload 1 file/)).toBeGreaterThanOrEqual(2)
    await page.keyboard.press('Enter')
    await says(page, 'keys-1.jpg', 'Taken in')
    expect(await tabTo(page, /^Remove keys-1\.jpg/)).toBeGreaterThanOrEqual(2)
    await page.keyboard.press('Enter')
    await rowOf(page, 'keys-1.jpg').waitFor({ state: 'detached' })
  })

  it.each(['dark', 'light'] as const)('can be used by everybody and on 360 px, %s', async (colorScheme) => {
    const page = await open({ colorScheme, viewport: { width: 360, height: 640 } })
    await pick(page, [
      ...(await files(2, 'seen')),
      named('a name that is as long as names of photos may be.gif', Buffer.from('x'), 'image/gif'),
    ])
    await page.getByRole('heading', { name: '3 files' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await sendAs(page, 'Carl Cox')
    await says(page, 'seen-2.jpg', 'Taken in')
    await page.setViewportSize({ width: 1440, height: 900 })
    expect(await seriousFindings(page)).toEqual([])
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
