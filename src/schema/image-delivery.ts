import { thumbHashToDataURL } from 'thumbhash'
import type { Variant } from '../generated/sqlite/client.ts'
import type { PublicUrls } from '../services/public-urls.ts'
import { recipes } from '../services/recipes.ts'

interface CurrentSet {
  recipe: string
  readyMaxWidth: number
  variants: Variant[]
}

const ladders = new Set(recipes.filter((recipe) => recipe.ladder).map((recipe) => recipe.name))

/** Of the ladder when there is one, else of the others. */
export function watermarkOf(sets: readonly CurrentSet[]): number {
  const ladder = sets.filter((set) => ladders.has(set.recipe))
  return Math.max(0, ...(ladder.length > 0 ? ladder : sets).map((set) => set.readyMaxWidth))
}

/** The rungs of the ladder up to its watermark: `url 320w, url 480w`. */
export function srcsetOf(
  sets: readonly CurrentSet[],
  format: string,
  maxWidth: number | null,
  urls: PublicUrls,
): string {
  return sets
    .filter((set) => ladders.has(set.recipe))
    .flatMap((set) => set.variants.filter((variant) => Number(variant.name) <= set.readyMaxWidth))
    .filter((variant) => variant.format === format && variant.width <= (maxWidth ?? variant.width))
    .map((variant) => `${urls.of(variant.key)} ${variant.width}w`)
    .join(', ')
}

export function placeholderOf(thumbHash: string | null): string | null {
  return thumbHash === null ? null : thumbHashToDataURL(Buffer.from(thumbHash, 'base64'))
}
