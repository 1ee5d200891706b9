import { describe, expect, it } from 'vitest'
import { UnknownRecipeError } from '../../src/errors.ts'
import { findRecipe, recipeHash, recipes } from '../../src/services/recipes.ts'

describe('recipeHash', () => {
  it('stays what it is: changing it makes every stored variant stale', () => {
    expect(recipes.map((recipe) => [recipe.name, recipeHash(recipe)])).toEqual([
      ['responsive', 'd9375395'],
      ['presets', '2e3680e0'],
      ['artist', '25d36532'],
      ['artist-sizes', '8552c63b'],
    ])
  })

  it('changes with anything that changes the output, and with the revision', () => {
    const recipe = findRecipe('presets')
    const hash = recipeHash(recipe)
    expect(recipeHash({ ...recipe, revision: 2 })).not.toBe(hash)
    expect(recipeHash({ ...recipe, outputs: [{ format: 'webp', quality: 84, effort: 4 }] })).not.toBe(hash)
    expect(recipeHash({ ...recipe, variants: recipe.variants.slice(1) })).not.toBe(hash)
  })

  it('does not change with the words for people or the order of keys', () => {
    const { name, description, revision, ladder, variants, outputs } = findRecipe('presets')
    const shuffled = { outputs, variants, ladder, revision, name, description: `${description} Better said.` }
    expect(recipeHash(shuffled)).toBe(recipeHash(findRecipe('presets')))
  })
})

describe('findRecipe', () => {
  it('names the recipes there are when asked for one there is not', () => {
    expect(() => findRecipe('poster')).toThrow(UnknownRecipeError)
    expect(() => findRecipe('poster')).toThrow(
      'There is no recipe "poster"; the recipes are responsive, presets, artist, artist-sizes.',
    )
  })
})
