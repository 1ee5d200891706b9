import type { Image, Variant, VariantSet, VariantSetState } from '../generated/sqlite/client.ts'
import type { ImageFacts } from '../workers/protocol.ts'
import { picturesAreDue, showing } from './artists.ts'
import type { Db, Tx } from './db/open-db.ts'
import { imageRecipeHash } from './focal-point.ts'
import { findRecipe, type Recipe } from './recipes.ts'
import { pictureRecipe } from './showable.ts'
import { planUnits, type Unit } from './units.ts'
import { type Milestone, watermark } from './watermark.ts'

/** What a photo should be whole within (requirement C007). */
const deadlineMs = 30_000

/** A set to fill: the units it needs and the variants it has. */
export interface WantedSet {
  id: string
  recipe: string
  units: Unit[]
  variants: readonly Pick<Variant, 'name' | 'format'>[]
}

export type StoredVariant = Pick<
  Variant,
  'name' | 'format' | 'mimeType' | 'width' | 'height' | 'byteSize' | 'key' | 'sha256' | 'encoder'
>

type ImageWithSets = Image & { sets: (VariantSet & { variants: Variant[] })[] }
/** Of the recipes that sets of the image are of, those that are asked for. */
type RecipesOf = (wanted: string[]) => readonly string[]

const findWithSets = (tx: Db | Tx, imageId: string): Promise<ImageWithSets> =>
  tx.image.findUniqueOrThrow({ where: { id: imageId }, include: { sets: { include: { variants: true } } } })

const namesOf = ({ sets }: ImageWithSets, recipesOf: RecipesOf) =>
  recipesOf([...new Set(sets.map((set) => set.recipe))])

/** The sets of an image for these recipes when all are there and nothing about them is to be changed, else null. */
export async function findSets(db: Db, imageId: string, recipesOf: RecipesOf): Promise<WantedSet[] | null> {
  const image = await findWithSets(db, imageId)
  if (image.deletedAt) return []
  const sets = namesOf(image, recipesOf).map((name) => findAsIs(image, findRecipe(name)))
  return sets.every((set) => set !== null) ? sets : null
}

/**
 * Makes sure that an image has a set for each of these recipes as they are today, cut about its focal point. The first set of a recipe is
 * CURRENT from birth, so that a partial one is served; a later one is BUILDING until it is whole.
 */
export async function ensureSets(tx: Tx, imageId: string, recipesOf: RecipesOf): Promise<WantedSet[]> {
  const image = await findWithSets(tx, imageId)
  if (image.deletedAt) return []
  const result: WantedSet[] = []
  for (const name of namesOf(image, recipesOf)) result.push(await ensureSet(tx, image, findRecipe(name)))
  return result
}

/** The sets of an image that was made in this transaction. */
export async function createSets(tx: Tx, image: Image, recipes: readonly string[]): Promise<WantedSet[]> {
  const sets: WantedSet[] = []
  for (const name of recipes) sets.push(await ensureSet(tx, { ...image, sets: [] }, findRecipe(name)))
  return sets
}

function findAsIs(image: ImageWithSets, recipe: Recipe): WantedSet | null {
  const hash = imageRecipeHash(recipe, image.focalPoint)
  const existing = image.sets.find((set) => set.recipe === recipe.name && set.recipeHash === hash)
  if (!existing || !(existing.collectingAt || existing.state === 'CURRENT')) return null
  // its objects are on their way out; tasks of the image wait until the set is gone, and then make a new one
  const variants = existing.collectingAt ? [] : existing.variants
  return { id: existing.id, recipe: recipe.name, units: planUnits(recipe, image), variants }
}

async function ensureSet(tx: Tx, image: ImageWithSets, recipe: Recipe): Promise<WantedSet> {
  const asIs = findAsIs(image, recipe)
  if (asIs) return asIs
  const hash = imageRecipeHash(recipe, image.focalPoint)
  const units = planUnits(recipe, image)
  const ofRecipe = image.sets.filter((set) => set.recipe === recipe.name)
  const hasCurrent = ofRecipe.some((set) => set.state === 'CURRENT')
  const state: VariantSetState = hasCurrent ? 'BUILDING' : 'CURRENT'
  const existing = ofRecipe.find((set) => set.recipeHash === hash)
  if (!existing) {
    const activatedAt = hasCurrent ? null : new Date()
    const data = { imageId: image.id, recipe: recipe.name, recipeHash: hash, state, activatedAt }
    const { id } = await tx.variantSet.create({ data })
    return { id, recipe: recipe.name, units, variants: [] }
  }
  const set = { id: existing.id, recipe: recipe.name, units, variants: existing.variants }
  // the task that fills it knows more of it than was read here
  if (existing.state !== 'RETIRED') return set
  await tx.variantSet.update({ where: { id: existing.id }, data: { state, retiredAt: null } })
  // a recipe that is what it was once: its set is whole, and has only to take its place again
  await refreshSet(tx, image.id, set)
  return set
}

/** Whether there is anything to make. */
export const lacksUnits = (sets: readonly WantedSet[]) => sets.some((set) => missingUnits(set).length > 0)

/** What of a set is not stored yet, smallest first. */
export function missingUnits({ units, variants }: WantedSet): Unit[] {
  const have = new Set(variants.map(({ name, format }) => `${name}.${format}`))
  return units.filter((unit) => !have.has(`${unit.name}.${unit.format}`))
}

/** A variant that is in storage, and the set that it is for. */
export interface MadeVariant {
  set: WantedSet
  variant: StoredVariant
}

/**
 * Records variants that are in storage, and how far their sets have come with them. Returns their ids, in the order
 * given. The caller is the only one that changes these sets, and knows what is on record of them.
 */
export async function storeVariants(tx: Tx, image: Image, made: readonly MadeVariant[]): Promise<string[]> {
  const ids: string[] = []
  for (const { set, variant } of made) {
    const { name, format } = variant
    const { id } = await tx.variant.upsert({
      where: { setId_name_format: { setId: set.id, name, format } },
      create: { setId: set.id, ...variant },
      update: variant,
      select: { id: true },
    })
    ids.push(id)
  }
  let isReady = false
  for (const set of new Set(made.map((each) => each.set))) {
    const ofSet = made.filter((each) => each.set === set).map(({ variant }) => variant)
    const ready = await refreshSet(tx, image.id, { ...set, variants: [...set.variants, ...ofSet] })
    isReady ||= ready
  }
  if (isReady) await noteReady(tx, image)
  return ids
}

/** Writes what is known of an image, and since when something of it can be shown. */
export async function noteUsable(tx: Tx, image: Image, facts: Partial<ImageFacts>, usable: boolean): Promise<void> {
  const data = { ...facts, ...(usable && image.usableAt === null && { usableAt: new Date() }) }
  if (Object.keys(data).length > 0) await tx.image.update({ where: { id: image.id }, data, select: { id: true } })
}

/** Forgets variants whose objects are not what their rows say; the watermark falls in the same transaction. */
export async function dropVariants(tx: Tx, ids: readonly string[]): Promise<void> {
  const variants = { some: { id: { in: [...ids] } } }
  const sets = await tx.variantSet.findMany({ where: { variants }, include: { variants: true, image: true } })
  await tx.variant.deleteMany({ where: { id: { in: [...ids] } } })
  for (const set of sets) {
    const left = set.variants.filter(({ id }) => !ids.includes(id))
    await refreshSet(tx, set.imageId, { ...set, units: unitsOf(set), variants: left })
  }
}

type KnownSet = VariantSet & { variants: Variant[]; image: Image }

/** What a set consists of: what its recipe says, and of a recipe or focal point as it once was, what was made by it. */
function unitsOf({ recipe, recipeHash: hash, variants, image }: KnownSet): Milestone[] {
  const today = findRecipe(recipe)
  if (imageRecipeHash(today, image.focalPoint) === hash) return planUnits(today, image)
  return variants.map(({ name, format, width }) => ({ name, format, nominalWidth: width }))
}

interface Refreshed {
  id: string
  recipe: string
  units: readonly Milestone[]
  variants: readonly Pick<Variant, 'name' | 'format'>[]
}

/** Resolves to whether it is whole. */
async function refreshSet(tx: Tx, imageId: string, { id, recipe, units, variants }: Refreshed): Promise<boolean> {
  const progress = watermark(units, variants)
  const { state } = await tx.variantSet.update({ where: { id }, data: progress, select: { state: true } })
  if (!progress.ready) return false
  // the task that has made it shows it; this is for when that does not come to it
  if (recipe === pictureRecipe.name) await picturesAreDue(tx, showing(imageId))
  if (state === 'BUILDING') {
    const now = new Date()
    await tx.variantSet.updateMany({
      // with those that were never finished, as for a focal point that was moved on meanwhile
      where: { imageId, recipe, id: { not: id }, state: { not: 'RETIRED' } },
      data: { state: 'RETIRED', retiredAt: now },
    })
    await tx.variantSet.update({ where: { id }, data: { state: 'CURRENT', activatedAt: now } })
  }
  return true
}

async function noteReady(tx: Tx, { id, createdAt }: Image): Promise<void> {
  const now = new Date()
  await tx.image.updateMany({
    where: { id, readyAt: null, sets: { every: { OR: [{ ready: true }, { state: 'RETIRED' }] } } },
    data: { readyAt: now, deadlineMet: now.getTime() - createdAt.getTime() <= deadlineMs },
  })
}
