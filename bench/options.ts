import { InvalidArgumentError } from 'commander'
import { findRecipe } from '../src/services/recipes.ts'

/** What the command line says; each bench has its own of what is left out. */
export interface BenchOptions {
  rounds?: number
  images?: number
  parallel?: number
  recipes?: string[]
}

/** A number of at least 1, as commander reads it. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 1.')
  return Number(text)
}

/** An option that may be given again. */
export function recipeNames(name: string, before: string[] = []): string[] {
  try {
    return [...before, findRecipe(name).name]
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
