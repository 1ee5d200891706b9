import { checkArtistName, checkVenueTag } from './artists.ts'
import { checkRecipes } from './recipes.ts'

/** What is said about a picture, beside its bytes. */
export interface PictureDetails {
  filename: string
  /** null: nobody has said who is in it */
  artistName: string | null
  venueTag: string | null
  recipes: string[]
}

/** The same as people send it: `recipes` null for the default ones. */
export type DetailsInput = Omit<PictureDetails, 'recipes'> & { recipes: string[] | null }

/** Throws InvalidInputError and UnknownRecipeError. */
export function checkDetails(input: DetailsInput, defaultRecipes: readonly string[]): PictureDetails {
  return {
    filename: cleanFilename(input.filename),
    artistName: input.artistName === null ? null : checkArtistName(input.artistName, 'artistName'),
    venueTag: checkVenueTag(input.venueTag),
    recipes: checkRecipes(input.recipes ?? defaultRecipes),
  }
}

/** A name to show, never to build a path from. */
export function cleanFilename(name: string): string {
  const [base = ''] = name.split(/[\\/]/).slice(-1)
  const clean = base
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200)
  return clean === '' ? 'unnamed' : clean
}
