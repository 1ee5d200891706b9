import type { Image, Variant, VariantSet, VariantSetState } from '../generated/sqlite/client.ts'
import { picturesAreDue, showing } from './artists.ts'
import type { Tx } from './db/open-db.ts'
import { findRecipe, type Recipe, recipeHash } from './recipes.ts'
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
  variants: Variant[]
}

export type StoredVariant = Pick<
  Variant,
  'name' | 'format' | 'mimeType' | 'width' | 'height' | 'byteSize' | 'key' | 'sha256' | 'encoder'
>

/**
 * Makes sure that an image has a set for each of these recipes as they are today. The first set of a recipe is
 * CURRENT from birth, so that a partial one is served; a later one is BUILDING until it is whole.
 */
export async function ensureSets(
  tx: Tx,
  imageId: string,
  recipesOf: (wanted: string[]) => readonly string[],
): Promise<WantedSet[]> {
  const image = await tx.image.findUniqueOrThrow({
    where: { id: imageId },
    include: { sets: { include: { variants: true } } },
  })
  if (image.deletedAt) return []
  const wanted = [...new Set(image.sets.map((set) => set.recipe))]
  const result: WantedSet[] = []
  for (const name of recipesOf(wanted)) result.push(await ensureSet(tx, image, findRecipe(name)))
  return result
}

type ImageWithSets = Image & { sets: (VariantSet & { variants: Variant[] })[] }

async function ensureSet(tx: Tx, image: ImageWithSets, recipe: Recipe): Promise<WantedSet> {
  const hash = recipeHash(recipe)
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
  // its objects are on their way out; tasks of the image wait until the set is gone, and then make a new one
  const variants = existing.collectingAt ? [] : existing.variants
  const set = { id: existing.id, recipe: recipe.name, units, variants }
  if (existing.collectingAt || existing.state === 'CURRENT') return set
  if (existing.state === 'RETIRED') {
    await tx.variantSet.update({ where: { id: existing.id }, data: { state, retiredAt: null } })
  }
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

/** Records a variant that is in storage, and how far its set and image have come with it. Returns the variant's id. */
export async function storeVariant(tx: Tx, image: Image, set: WantedSet, variant: StoredVariant): Promise<string> {
  const { name, format } = variant
  const { id } = await tx.variant.upsert({
    where: { setId_name_format: { setId: set.id, name, format } },
    create: { setId: set.id, ...variant },
    update: variant,
    select: { id: true },
  })
  await refreshSet(tx, image.id, set)
  await refreshImage(tx, image)
  return id
}

/** Forgets variants whose objects are not what their rows say; the watermark falls in the same transaction. */
export async function dropVariants(tx: Tx, ids: readonly string[]): Promise<void> {
  const variants = { some: { id: { in: [...ids] } } }
  const sets = await tx.variantSet.findMany({ where: { variants }, include: { variants: true, image: true } })
  await tx.variant.deleteMany({ where: { id: { in: [...ids] } } })
  for (const set of sets) await refreshSet(tx, set.imageId, { ...set, units: unitsOf(set) })
}

type KnownSet = VariantSet & { variants: Variant[]; image: Image }

/** What a set consists of: what its recipe says, and of a recipe as it once was, what was made by it. */
function unitsOf({ recipe, recipeHash: hash, variants, image }: KnownSet): Milestone[] {
  const today = findRecipe(recipe)
  if (recipeHash(today) === hash) return planUnits(today, image)
  return variants.map(({ name, format, width }) => ({ name, format, nominalWidth: width }))
}

interface Refreshed {
  id: string
  recipe: string
  units: readonly Milestone[]
}

async function refreshSet(tx: Tx, imageId: string, set: Refreshed): Promise<void> {
  const stored = await tx.variant.findMany({ where: { setId: set.id }, select: { name: true, format: true } })
  const progress = watermark(set.units, stored)
  const { state } = await tx.variantSet.update({ where: { id: set.id }, data: progress, select: { state: true } })
  // the task that has made it shows it; this is for when that does not come to it
  if (progress.ready && set.recipe === pictureRecipe.name) await picturesAreDue(tx, showing(imageId))
  if (!progress.ready || state !== 'BUILDING') return
  const now = new Date()
  await tx.variantSet.updateMany({
    where: { imageId, recipe: set.recipe, state: 'CURRENT' },
    data: { state: 'RETIRED', retiredAt: now },
  })
  await tx.variantSet.update({ where: { id: set.id }, data: { state: 'CURRENT', activatedAt: now } })
}

async function refreshImage(tx: Tx, image: Image): Promise<void> {
  const now = new Date()
  await tx.image.updateMany({ where: { id: image.id, usableAt: null }, data: { usableAt: now } })
  await tx.image.updateMany({
    where: { id: image.id, readyAt: null, sets: { every: { OR: [{ ready: true }, { state: 'RETIRED' }] } } },
    data: { readyAt: now, deadlineMet: now.getTime() - image.createdAt.getTime() <= deadlineMs },
  })
}
