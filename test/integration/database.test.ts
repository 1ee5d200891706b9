import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openDb, type Tx } from '../../src/services/db/open-db.ts'
import { isUniqueViolation } from '../../src/services/db/sql.ts'
import { createTestDatabase, provider } from '../support/databases.ts'
import { imageRow } from '../support/rows.ts'

const artist = (slug: string) => ({ slug, name: slug, aliases: [], searchKey: slug })

describe(`on ${provider}`, () => {
  it('a write beside an open transaction survives when that one rolls back', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    const { db } = opened
    const rolledBack = db.$transaction(async (tx: Tx) => {
      await tx.artist.create({ data: artist('inside') })
      await sleep(100)
      throw new Error('roll back')
    })
    await sleep(30)
    const outside = db.artist.create({ data: artist('outside') })
    await expect(rolledBack).rejects.toThrow('roll back')
    await outside
    expect(await db.artist.findMany({ select: { slug: true } })).toEqual([{ slug: 'outside' }])
  })

  it('keeps JSON, dates and enums as they were', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    const startedAt = new Date('2026-11-21T02:25:00.123Z')
    const scope = { kind: 'UPLOAD', recipes: ['presets', 'é'] }
    const { id } = await opened.db.run.create({ data: { kind: 'UPLOAD', lane: 0, scope, startedAt } })
    expect(await opened.db.run.findUnique({ where: { id } })).toMatchObject({ scope, startedAt, status: 'QUEUED' })
  })

  it('writes a null that is the only parameter', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    await opened.db.artist.create({ data: { ...artist('one'), pinnedImageId: 'x' } })
    await opened.db.artist.updateMany({ data: { pinnedImageId: null } })
    expect(await opened.db.artist.findMany({ select: { pinnedImageId: true } })).toEqual([{ pinnedImageId: null }])
  })

  it('tells a unique violation from other errors', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    await opened.db.artist.create({ data: artist('one') })
    const twice = await opened.db.artist.create({ data: artist('one') }).catch((error: unknown) => error)
    expect(isUniqueViolation(twice)).toBe(true)
    const other = await opened.db.placement
      .create({ data: { artistId: 'nobody', imageId: 'nothing' } })
      .catch((error: unknown) => error)
    expect(other).toBeInstanceOf(Error)
    expect(isUniqueViolation(other)).toBe(false)
  })

  it('lets only one set of a recipe be current, and one placement without a venue be', async () => {
    await using database = await createTestDatabase()
    await using opened = await openDb(database.url)
    const { db } = opened
    const { id: artistId } = await db.artist.create({ data: artist('one') })
    const { id: imageId } = await db.image.create({ data: imageRow() })
    const set = { imageId, recipe: 'presets', state: 'CURRENT' as const }
    await db.variantSet.create({ data: { ...set, recipeHash: 'one' } })
    const second = await db.variantSet.create({ data: { ...set, recipeHash: 'two' } }).catch((error: unknown) => error)
    expect(isUniqueViolation(second)).toBe(true)
    await db.placement.create({ data: { artistId, imageId } })
    const again = await db.placement.create({ data: { artistId, imageId } }).catch((error: unknown) => error)
    expect(isUniqueViolation(again)).toBe(true)
  })
})
