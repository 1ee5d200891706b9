import { Prisma } from '../generated/sqlite/client.ts'
import { decodeCost, encodeCost, typicalBytesPerPixel } from './cost-model.ts'
import type { Db } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'
import { imageRecipeHashSql } from './focal-point.ts'
import { imageRanges } from './image-range.ts'
import { recipes as allRecipes, type Recipe } from './recipes.ts'
import {
  checkReprocessScope,
  type ImageScope,
  type ReprocessScope,
  scopeCondition,
  verifiesStorage,
} from './run-scope.ts'
import { planUnits, type Size, type Unit } from './units.ts'

/** How many of the newest variants tell how many bytes a pixel takes. */
const sampleSize = 2_000

/** What a run would be. Counts are exact at that moment; seconds and bytes are estimates. */
export interface RunPreview {
  totalCount: number
  /** variants to make */
  units: number
  /** of the originals to decode */
  megapixels: number
  /** on this machine, with nothing else to do */
  seconds: number
  bytes: number
  /** looks at objects, and originals fetched */
  storageReads: number
  storageWrites: number
}

export interface RunPreviews {
  /** Throws InvalidInputError, UnknownRecipeError. */
  preview(scope: ReprocessScope, ids: string[], recipes: string[] | null): Promise<RunPreview>
}

interface Deps {
  db: Db
  dialect: Dialect
  settings: { threads: number; defaultRecipes: readonly string[] }
}

/** Images that are alike: of one size, with as many variants stored of each recipe (null: not wanted). */
interface Group extends Size {
  images: number
  stored: (number | null)[]
}

export function createRunPreviews({ db, dialect, settings }: Deps): RunPreviews {
  const { threads, defaultRecipes } = settings

  /** Groups the images of a scope, range by range: a size is often that of thousands. */
  async function* groups(scope: ImageScope): AsyncGenerator<Group> {
    const names = Prisma.raw(allRecipes.map((_recipe, index) => `"r${index}"`).join(', '))
    const columns = allRecipes.map(
      (recipe, index) => Prisma.sql`${storedOf(recipe, scope)} AS ${Prisma.raw(`"r${index}"`)}`,
    )
    for await (const range of imageRanges(db, dialect.rowsAtOnce.read)) {
      const rows = await db.$queryRaw<Record<string, number | bigint>[]>`
        SELECT "width", "height", ${names}, count(*) AS "images" FROM (
          SELECT i."width", i."height", ${Prisma.join(columns)} FROM "Image" i WHERE ${range} AND ${scopeCondition(scope)}
        ) g GROUP BY "width", "height", ${names}`
      for (const row of rows) {
        const counts = allRecipes.map((_recipe, index) => Number(row[`r${index}`]))
        const stored = counts.map((count) => (count < 0 ? null : count))
        yield { width: Number(row.width), height: Number(row.height), images: Number(row.images), stored }
      }
    }
  }

  /** Variants stored of a recipe as it is today; -1 when the image is not to have it. */
  function storedOf(recipe: Recipe, scope: ImageScope): Prisma.Sql {
    const sets = Prisma.sql`"VariantSet" s WHERE s."imageId" = i."id"`
    const stored = Prisma.sql`(SELECT count(*) FROM "Variant" v, ${sets}
      AND s."id" = v."setId" AND s."recipe" = ${recipe.name} AND s."recipeHash" = ${imageRecipeHashSql(recipe)})`
    if (scope.recipes) return scope.recipes.includes(recipe.name) ? stored : Prisma.sql`-1`
    const isDefault = defaultRecipes.includes(recipe.name)
      ? Prisma.sql`NOT EXISTS (SELECT 1 FROM ${sets})`
      : Prisma.sql`1 = 0`
    return Prisma.sql`CASE WHEN ${isDefault} OR EXISTS (SELECT 1 FROM ${sets} AND s."recipe" = ${recipe.name})
      THEN ${stored} ELSE -1 END`
  }

  /** Bytes a pixel, by recipe and format, of what was made last. */
  async function bytesPerPixel(): Promise<(unit: Unit) => number> {
    const variants = await db.variant.findMany({
      orderBy: { id: 'desc' },
      take: sampleSize,
      select: { byteSize: true, width: true, height: true, format: true, set: { select: { recipe: true } } },
    })
    const totals = new Map<string, { bytes: number; pixels: number }>()
    for (const { byteSize, width, height, format, set } of variants) {
      const key = `${set.recipe} ${format}`
      const { bytes, pixels } = totals.get(key) ?? { bytes: 0, pixels: 0 }
      totals.set(key, { bytes: bytes + byteSize, pixels: pixels + width * height })
    }
    return ({ recipe, format }) => {
      const total = totals.get(`${recipe} ${format}`)
      return total ? total.bytes / total.pixels : typicalBytesPerPixel[format]
    }
  }

  return {
    async preview(scopeName, ids, recipes) {
      const scope = checkReprocessScope(scopeName, ids, recipes)
      const rate = await bytesPerPixel()
      const total = { totalCount: 0, units: 0, megapixels: 0, bytes: 0, storageReads: 0, storageWrites: 0 }
      let cpuMs = 0
      for await (const { images, stored, ...size } of groups(scope)) {
        // of the units in their order the first ones are stored, most likely
        const missing = allRecipes.flatMap((recipe, index) => {
          const have = stored[index] ?? null
          return have === null ? [] : planUnits(recipe, { ...size, sha256: '' }).slice(have)
        })
        const megapixels = missing.length > 0 ? (size.width * size.height) / 1e6 : 0
        const looks = verifiesStorage(scope) ? stored.reduce<number>((sum, count) => sum + (count ?? 0), 0) : 0
        total.totalCount += images
        total.units += images * missing.length
        total.megapixels += images * megapixels
        total.bytes += images * missing.reduce((sum, unit) => sum + unit.width * unit.height * rate(unit), 0)
        total.storageReads += images * (looks + (missing.length > 0 ? 1 : 0))
        total.storageWrites += images * missing.length
        cpuMs += images * (decodeCost(megapixels) + missing.reduce((sum, unit) => sum + encodeCost(unit), 0))
      }
      return { ...total, bytes: Math.round(total.bytes), seconds: cpuMs / 1000 / threads }
    },
  }
}
