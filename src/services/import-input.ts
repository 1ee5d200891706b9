import { InvalidInputError } from '../errors.ts'
import { checkArtistName, checkVenueTag } from './artists.ts'
import { checkRecipes } from './recipes.ts'
import type { ImportScope } from './run-scope.ts'

export interface ImportInput {
  urls: readonly string[]
  artistName: string
  venueTag: string | null
  /** null: the default recipes */
  recipes: string[] | null
}

interface Settings {
  defaultRecipes: readonly string[]
  checkSource: (url: string) => URL
}

const maxUrls = 1_000

/** The addresses of an import, each once, and what its run is about. Throws the error of the first rule broken. */
export function checkImport(input: ImportInput, settings: Settings): { urls: string[]; scope: ImportScope } {
  if (input.urls.length === 0 || input.urls.length > maxUrls) {
    throw new InvalidInputError('urls', `An import takes from 1 to ${maxUrls} addresses.`)
  }
  const urls = input.urls.map((url) => settings.checkSource(url).href)
  const scope = {
    kind: 'IMPORT' as const,
    artistName: checkArtistName(input.artistName, 'artistName'),
    venueTag: checkVenueTag(input.venueTag),
    recipes: checkRecipes(input.recipes ?? settings.defaultRecipes),
  }
  return { urls: [...new Set(urls)], scope }
}
