import { createHash } from 'node:crypto'
import { InvalidInputError, UnknownRecipeError } from '../errors.ts'
import type { Output } from '../workers/protocol.ts'

/** `width`: that wide, never enlarged. `fit`: inside the box, never enlarged. `cover`: fills the box exactly, cut. */
export type VariantSpec =
  | { name: string; method: 'width'; width: number }
  | { name: string; method: 'fit' | 'cover'; width: number; height: number }

export interface Recipe {
  name: string
  description: string
  /** raise by hand when the output should change though nothing else here does (a new encoder, say) */
  revision: number
  /** a ladder of widths for srcset, keyed by width; the others are keyed by variant name */
  ladder: boolean
  variants: readonly VariantSpec[]
  outputs: readonly Output[]
}

const ladderWidths = [320, 480, 640, 800, 1080, 1280, 1920, 2560]

/** Everything Greenroom can make. Adding a recipe is adding an entry. */
export const recipes: readonly Recipe[] = [
  {
    name: 'responsive',
    description: 'A ladder of widths in AVIF and WebP, for srcset.',
    revision: 1,
    ladder: true,
    variants: ladderWidths.map((width) => ({ name: String(width), method: 'width', width })),
    outputs: [
      { format: 'webp', quality: 72, effort: 4 },
      // effort 4 costs about 7 times effort 2 for 15 % fewer bytes at equal SSIM (measured)
      { format: 'avif', quality: 50, effort: 2 },
    ],
  },
  {
    name: 'presets',
    description: 'Thumbnail, medium and large, in WebP.',
    revision: 1,
    ladder: false,
    variants: [
      { name: 'thumbnail', method: 'cover', width: 150, height: 150 },
      { name: 'medium', method: 'fit', width: 800, height: 600 },
      { name: 'large', method: 'fit', width: 1920, height: 1080 },
    ],
    outputs: [{ format: 'webp', quality: 85, effort: 4 }],
  },
  {
    name: 'artist',
    description: 'The two sizes of an artist picture, in JPEG.',
    revision: 1,
    ladder: false,
    variants: [
      { name: 'main', method: 'fit', width: 500, height: 500 },
      { name: 'hd', method: 'fit', width: 1500, height: 1500 },
    ],
    outputs: [{ format: 'jpeg', quality: 85 }],
  },
  {
    name: 'artist-sizes',
    description: 'The other sizes that the older artist pipeline knew, in JPEG; for who asks for them.',
    revision: 1,
    ladder: false,
    variants: [
      { name: 'small', method: 'fit', width: 250, height: 250 },
      { name: 'medium', method: 'fit', width: 750, height: 750 },
      { name: 'large', method: 'fit', width: 1000, height: 1000 },
    ],
    outputs: [{ format: 'jpeg', quality: 85 }],
  },
]

const byName = new Map(recipes.map((recipe) => [recipe.name, recipe]))

/** Throws UnknownRecipeError. */
export function findRecipe(name: string): Recipe {
  const recipe = byName.get(name)
  if (!recipe) throw new UnknownRecipeError(name, [...byName.keys()])
  return recipe
}

/** A list of recipe names as an input gives it: each once. Throws UnknownRecipeError, InvalidInputError when empty. */
export function checkRecipes(names: readonly string[]): string[] {
  if (names.length === 0) throw new InvalidInputError('recipes', 'Name at least one recipe, or leave recipes out.')
  for (const name of names) findRecipe(name)
  return [...new Set(names)]
}

const sortedKeys = (_key: string, value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** The fingerprint of what a recipe makes: 8 hex digits. Its words for people do not count. */
export function recipeHash(recipe: Recipe): string {
  const canonical = JSON.stringify({ ...recipe, description: undefined }, sortedKeys)
  return createHash('sha256').update(canonical).digest('hex').slice(0, 8)
}
