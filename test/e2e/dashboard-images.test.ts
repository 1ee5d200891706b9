import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, layoutShift, openDashboard, seriousFindings } from '../support/dashboard.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { endOf } from '../support/run-end.ts'
import { uploadNamed } from '../support/uploads.ts'

interface Asked {
  query: string
  variables: { filter?: object; ids?: string[] }
}

describe.skipIf(!chromium)('the images', () => {
  let dashboard: Dashboard
  let page: Page
  beforeAll(async () => {
    dashboard = await openDashboard()
    page = dashboard.page
    page.setDefaultTimeout(5_000)
    const shapes = [jpeg(400, 300), jpeg(300, 400), jpeg(640, 200), jpeg(320, 320), damagedJpeg()]
    await upload('photo', await Promise.all(shapes), { recipes: ['responsive'] })
    await upload('night', [await jpeg(400, 300)], { artistName: 'Nina Kraviz', venueTag: 'liv' })
    await page.goto('/images')
    await cells().first().waitFor()
  })
  afterAll(() => dashboard?.[Symbol.asyncDispose]())

  const upload = async (name: string, files: readonly Uint8Array[], input = {}) =>
    endOf(dashboard, await uploadNamed(dashboard, name, files, input))
  const cells = (on = page) => on.getByRole('grid', { name: 'Images' }).getByRole('gridcell')
  const tile = (name: string, on = page) => cells(on).filter({ hasText: name })
  const bar = (on = page) => on.getByRole('region', { name: 'Selection' })
  const names = (on = page) =>
    cells(on).evaluateAll((all) => all.map((cell) => /[\w-]+\.jpg$/m.exec((cell as HTMLElement).innerText)?.[0]))
  const hasFocus = (name: string) =>
    expect.poll(() => tile(name).evaluate((cell) => cell === document.activeElement)).toBe(true)
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve())

  it('shows a blur of the right shape until each picture is there, and nothing moves then', async () => {
    const slow = await dashboard.open()
    await slow.route(
      (url) => url.pathname.endsWith('.webp'),
      async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        await route.continue()
      },
    )
    await slow.goto('/images')
    const pictures = slow.getByRole('img', { name: /^Preview of photo-/ })
    await pictures.nth(3).waitFor({ state: 'attached' })
    const seen = await pictures.evaluateAll((images) =>
      (images as HTMLImageElement[]).map((image) => {
        const { width, height } = image.getBoundingClientRect()
        const frame = image.parentElement as HTMLElement
        const shape = Number(image.getAttribute('width')) / Number(image.getAttribute('height'))
        return {
          isThere: image.naturalWidth > 0,
          placeholder: getComputedStyle(frame).backgroundImage.slice(0, 9),
          distortion: Math.abs(width / height / shape - 1),
          loading: image.loading,
          srcset: image.srcset,
        }
      }),
    )
    expect(seen).toHaveLength(4)
    for (const { srcset, distortion, ...rest } of seen) {
      expect(rest).toEqual({ isThere: false, placeholder: 'url("data', loading: 'lazy' })
      expect(distortion).toBeLessThan(0.02)
      expect(srcset).toMatch(/\.webp \d+w/)
    }
    await expect
      .poll(() => pictures.first().evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 10_000 })
      .toBeGreaterThan(0)
    expect(await layoutShift(slow)).toBeLessThanOrEqual(0.02)
  })

  it('counts each state as the API does, each a link to as many', async () => {
    const { imageCounts } = await dashboard.gql<{ imageCounts: Record<string, number> }>(
      '{ imageCounts { total ready processing partial failed deleted } }',
    )
    const links = page.getByRole('navigation', { name: 'State' }).getByRole('link')
    const { total, ready } = imageCounts
    expect((await links.allInnerTexts()).join()).toBe(
      `All ${total},Ready ${ready},Processing 0,Partial 0,Failed 1,Deleted 0`,
    )
    await links.getByText('Ready').click()
    await page.getByText('5 images', { exact: true }).waitFor()
    expect(await cells().count()).toBe(5)
    await page.goBack()
    await page.getByText('6 images', { exact: true }).waitFor()
  })

  it('asks the service for what is filtered, and keeps it in the address', async () => {
    const filters: unknown[] = []
    const listen = (request: Request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/graphql')) return
      const { query, variables } = request.postDataJSON() as Asked
      if (query.includes('query Gallery(')) filters.push(variables.filter)
    }
    page.on('request', listen)
    await page.getByRole('link', { name: 'Failed 1', exact: true }).click()
    expect(new URL(page.url()).search).toBe('?status=FAILED')
    await tile('photo-5.jpg').getByText('Failed').waitFor()
    expect(filters).toEqual([{ status: ['FAILED'], artistSlug: null, venueTag: null, search: null }])
    await page.reload()
    const other = await dashboard.open()
    await other.goto(page.url())
    for (const each of [page, other]) {
      await cells(each).first().waitFor()
      expect(await names(each)).toEqual(['photo-5.jpg'])
    }
    await page.goBack()
    await tile('night-1.jpg').waitFor()
    filters.length = 0
    await page.getByRole('searchbox', { name: 'File or artist' }).pressSequentially('kraviz')
    await expect.poll(() => names()).toEqual(['night-1.jpg'])
    expect(filters.length).toBeLessThanOrEqual(2)
    expect(filters.at(-1)).toEqual({ status: [], artistSlug: null, venueTag: null, search: 'kraviz' })
    expect(new URL(page.url()).search).toBe('?search=kraviz')
    page.off('request', listen)
  })

  it('takes an artist and a venue from the address, and leads out of both', async () => {
    await page.goto('/images?artist=nina-kraviz&venue=liv')
    await tile('night-1.jpg').waitFor()
    expect(await cells().count()).toBe(1)
    await page.getByRole('link', { name: 'Artist nina-kraviz: show all artists' }).click()
    await page.getByRole('combobox', { name: 'Venue' }).selectOption('All venues')
    await tile('photo-1.jpg').waitFor()
    expect(await cells().count()).toBe(6)
  })

  it('is one tab stop in which keys move and select, and what can be done comes next', async () => {
    await page.getByRole('searchbox', { name: 'File or artist' }).focus()
    await press('Tab')
    await hasFocus('night-1.jpg')
    await press('End')
    await hasFocus('photo-1.jpg')
    await press('Home', 'ArrowRight')
    await hasFocus('photo-5.jpg')
    expect(await tile('photo-5.jpg').evaluate((cell) => getComputedStyle(cell).outlineWidth)).toBe('2px')
    await press('ArrowRight', ' ', 'Shift+ArrowRight')
    await bar().getByText('2 images selected').waitFor()
    await press('Tab')
    const all = bar().getByRole('button', { name: 'Select all 6 in this filter' })
    expect(await all.evaluate((button) => button === document.activeElement)).toBe(true)
    const remove = bar().getByRole('button', { name: 'Delete 2' })
    await remove.focus()
    await press('Enter')
    await page.getByRole('alertdialog', { name: 'Delete 2 images?' }).waitFor()
    await press('Escape')
    expect(await remove.evaluate((button) => button === document.activeElement)).toBe(true)
    await bar().getByRole('button', { name: 'Clear' }).click()
    await tile('photo-3.jpg').focus()
    await press('Enter')
    await page.getByRole('heading', { name: 'photo-3.jpg', level: 1 }).waitFor()
    await page.goBack()
    await cells().first().waitFor()
  })

  it('deletes exactly what was selected, and brings it back', async () => {
    await page.getByRole('checkbox', { name: 'Select photo-4.jpg' }).check()
    await page.getByRole('checkbox', { name: 'Select photo-2.jpg' }).click({ modifiers: ['Shift'] })
    await bar().getByRole('button', { name: 'Delete 3' }).click()
    const sent = page.waitForRequest((request) => request.postData()?.includes('deleteImages') ?? false)
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete 3' }).click()
    expect(((await sent).postDataJSON() as Asked).variables.ids).toHaveLength(3)
    await bar().getByText('3 images deleted').waitFor()
    await expect.poll(() => names()).toEqual(['night-1.jpg', 'photo-5.jpg', 'photo-1.jpg'])
    await page.getByRole('link', { name: 'Deleted 3' }).click()
    await tile('photo-2.jpg').waitFor()
    expect(await names()).toEqual(['photo-4.jpg', 'photo-3.jpg', 'photo-2.jpg'])
    await cells().first().focus()
    await press(' ', 'Shift+End')
    await bar().getByRole('button', { name: 'Restore 3' }).click()
    await page
      .getByRole('alertdialog', { name: 'Restore 3 images?' })
      .getByRole('button', { name: 'Restore 3' })
      .click()
    await bar().getByText('3 images restored').waitFor()
    await page.getByText('No image matches').waitFor()
    await page.getByRole('link', { name: 'All 6' }).click()
  })

  it('reprocesses what was selected and leads to the run', async () => {
    await page.getByRole('checkbox', { name: 'Select photo-1.jpg' }).check()
    await bar().getByRole('button', { name: 'Reprocess 1' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Reprocess 1 image?' })
    await dialog.getByRole('checkbox', { name: /^presets/ }).check()
    await dialog.getByRole('button', { name: 'Reprocess 1' }).click()
    const href = await bar().getByRole('link', { name: 'Show the run' }).getAttribute('href')
    const id = decodeURIComponent(href?.split('/').at(-1) ?? '')
    expect(await endOf(dashboard, id)).toBe('SUCCEEDED')
    await expect
      .poll(() =>
        dashboard.gql('{ images(filter: { search: "photo-1" }) { nodes { variant(name: "medium") { name } } } }'),
      )
      .toEqual({ images: { nodes: [{ variant: { name: 'medium' } }] } })
    await bar().getByRole('button', { name: 'Close' }).click()
  })

  it('says that there are new ones, and lets nothing jump until they are asked for', async () => {
    const before = await names()
    const top = await tile('photo-1.jpg').boundingBox()
    await upload('late', [await jpeg()])
    const show = page.getByRole('button', { name: '1 new image: show' })
    await show.waitFor()
    expect(await names()).toEqual(before)
    expect(await tile('photo-1.jpg').boundingBox()).toEqual(top)
    await show.click()
    await expect.poll(() => names()).toEqual(['late-1.jpg', ...before])
    await page.getByText('7 images', { exact: true }).waitFor()
  })

  it('shows in its place what became of an image elsewhere', async () => {
    const { images } = await dashboard.gql<{ images: { nodes: { id: string }[] } }>(
      '{ images(filter: { search: "late" }) { nodes { id } } }',
    )
    await dashboard.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', images.nodes[0])
    await tile('late-1.jpg').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Deleted 1' }).waitFor()
  })

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const themed = await dashboard.open({ colorScheme })
    await themed.goto('/images')
    await cells(themed).first().focus()
    await themed.keyboard.press(' ')
    await bar(themed).waitFor()
    expect(await seriousFindings(themed)).toEqual([])
    await bar(themed).getByRole('button', { name: 'Reprocess 1' }).click()
    await themed.getByRole('alertdialog').waitFor()
    expect(await seriousFindings(themed)).toEqual([])
  })

  it('fits a window of 360 px, with all that can be done', async () => {
    const small = await dashboard.open({ viewport: { width: 360, height: 640 } })
    await small.goto('/images')
    await cells(small).first().focus()
    await small.keyboard.press(' ')
    await bar(small).getByRole('button', { name: 'Delete 1' }).waitFor()
    expect(await small.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  it('complains of nothing, and asks nothing of any other server', () => {
    expect(dashboard.problems).toEqual([])
  })
})
