import { InvalidInputError } from '../errors.ts'
import { Prisma } from '../generated/sqlite/client.ts'
import { type Recipe, recipeHash } from './recipes.ts'

/** What is to stay in the picture when it is cut: parts of the width and the height, as displayed. */
export interface FocalPoint {
  x: number
  y: number
}

/** As it is kept and as it stands in keys: hundredths of the width and the height, `080020`. */
const pattern = /^(\d{3})(\d{3})$/

/** Throws InvalidInputError. */
export function formatFocalPoint(point: FocalPoint): string {
  const hundredths = (['x', 'y'] as const).map((name) => {
    const part = point[name]
    if (part >= 0 && part <= 1) return String(Math.round(part * 100)).padStart(3, '0')
    throw new InvalidInputError(name, `${name} is a part of the side, from 0 to 1, which ${part} is not.`)
  })
  return hundredths.join('')
}

export function parseFocalPoint(text: string | null): FocalPoint | null {
  const [, x, y] = pattern.exec(text ?? '') ?? []
  return x && y ? { x: Number(x) / 100, y: Number(y) / 100 } : null
}

/** Whether it cuts anything, so that it matters about which point. */
export const isCutting = ({ variants }: Recipe) => variants.some(({ method }) => method === 'cover')

/** The fingerprint of what a recipe makes of one image: that of the recipe, and where it cuts the point it cuts about. */
export function imageRecipeHash(recipe: Recipe, focalPoint: string | null): string {
  return recipeHash(recipe) + (isCutting(recipe) ? (focalPoint ?? '') : '')
}

/** The same for the database, of "Image" i. */
export function imageRecipeHashSql(recipe: Recipe): Prisma.Sql {
  const hash = recipeHash(recipe)
  return isCutting(recipe) ? Prisma.sql`${hash} || COALESCE(i."focalPoint", '')` : Prisma.sql`${hash}`
}
