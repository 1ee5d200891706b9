import { createHash } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'

// tiers 320 to 1080 in two formats, and quickly encoded
const size = { width: 1080, height: 120 }
const tiers = [320, 480, 640, 800, 1080]
const names = tiers.flatMap((tier) => [`${tier}.avif`, `${tier}.webp`])

describe(`when some objects cannot be stored, on ${provider}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const imageOf = async (id: string) => {
    const query = `{ image(id: "${id}") { status variantsReady readyMaxWidth
      variants { name format url byteSize } srcset(format: "avif") } }`
    const answer = await app.gql<{
      image: {
        status: string
        variantsReady: boolean
        readyMaxWidth: number
        variants: { name: string; format: string; url: string; byteSize: number }[]
        srcset: string
      }
    }>(query)
    return answer.image
  }

  it('the watermark is the last whole tier, what is stored stays, and the next run makes only the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), async (blocked) => {
        const bytes = await jpeg(size.width, size.height)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        const units = planUnits(findRecipe('responsive'), { ...size, sha256 })
        const fileOf = (key: string) => path.join(app.dir, key)
        // a folder where the file should be is what the disk refuses
        const blockedKeys = units
          .filter(({ name, format }) => blocked.includes(`${name}.${format}`))
          .map(({ key }) => key)
        for (const key of blockedKeys) await mkdir(fileOf(key), { recursive: true })

        const { image, run } = await app.process(bytes, { recipes: ['responsive'] })
        const row = await app.db.run.findUniqueOrThrow({ where: { id: databaseId(run.id) } })
        expect(row).toMatchObject({ status: 'FAILED', failedCount: 1 })
        const task = await app.db.task.findFirstOrThrow({ where: { runId: row.id } })
        expect(task).toMatchObject({ errorCode: 'STORAGE_UNAVAILABLE', attempt: 4, retryable: true })

        const partial = await imageOf(image.id)
        const stored = partial.variants.map(({ name, format }) => `${name}.${format}`)
        expect(stored.filter((name) => blocked.includes(name))).toEqual([])
        const firstGap = tiers.findIndex(
          (tier) => !['avif', 'webp'].every((format) => stored.includes(`${tier}.${format}`)),
        )
        const whole = tiers.slice(0, firstGap)
        expect(partial.readyMaxWidth).toBe(whole.at(-1) ?? 0)
        expect(partial.variantsReady).toBe(false)
        for (const { url, byteSize } of partial.variants) {
          const response = await fetch(`${app.url}${new URL(url).pathname}`)
          expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, byteSize])
        }
        expect(partial.srcset.split(', ').filter(Boolean)).toHaveLength(whole.length)

        for (const key of blockedKeys) await rm(fileOf(key), { recursive: true })
        const kept = units.filter(({ name, format }) => stored.includes(`${name}.${format}`)).map(({ key }) => key)
        const writtenAt = () => Promise.all(kept.map(async (key) => (await stat(fileOf(key))).ctimeMs))
        const before = await writtenAt()
        await tell(app, 'reprocessImages', { scope: 'MISSING' })
        await app.dispatcher.idle()
        expect(await imageOf(image.id)).toMatchObject({ status: 'READY', variantsReady: true, readyMaxWidth: 1080 })
        expect(await writtenAt()).toEqual(before)
      }),
      { numRuns: 8 },
    )
  })

  it('what lies in storage where no row vouches for it is written over', async () => {
    const { image } = await app.process(await jpeg(), { recipes: ['presets'] })
    const ofImage = { where: { set: { imageId: databaseId(image.id) } } }
    const [damaged] = await app.db.variant.findMany(ofImage)
    // as a worker left it that was killed after it had taken the row out and before it had mended the object
    await writeFile(path.join(app.dir, damaged?.key ?? ''), 'not what it was')
    await app.db.variant.delete({ where: { id: damaged?.id ?? '' } })
    await tell(app, 'reprocessImages', { scope: 'IMAGES', ids: [image.id] })
    await app.dispatcher.idle()
    const variants = await app.db.variant.findMany(ofImage)
    expect(variants).toHaveLength(3)
    for (const { key, sha256 } of variants) {
      const bytes = Buffer.from(await (await fetch(`${app.url}/media/${key}`)).arrayBuffer())
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    }
  })
})
