import { type Recipe, recipeHash, recipes } from '../services/recipes.ts'
import { builder } from './builder.ts'

const RecipeVariant = builder.objectRef<Recipe['variants'][number]>('RecipeVariant').implement({
  description: 'One size that a recipe makes.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique within the recipe.' }),
    method: t.exposeString('method', {
      description:
        '`width`: that wide. `fit`: inside the box. `cover`: fills the box, cut about the focal point of the image. Only `cover` ever enlarges.',
    }),
    width: t.exposeInt('width', { description: 'Pixels.' }),
    height: t.int({
      nullable: true,
      description: 'Pixels; null where the aspect decides.',
      resolve: (variant) => ('height' in variant ? variant.height : null),
    }),
  }),
})

const RecipeType = builder.objectRef<Recipe>('Recipe').implement({
  description: 'A named, versioned list of variants to make.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What inputs call it.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    hash: t.string({
      description:
        'The fingerprint of what it makes today; part of every key, with the focal point of an image that has one.',
      resolve: (recipe) => recipeHash(recipe),
    }),
    formats: t.stringList({
      description: 'The formats of every variant.',
      resolve: (recipe) => recipe.outputs.map((output) => output.format),
    }),
    variants: t.field({
      type: [RecipeVariant],
      description: 'The sizes.',
      resolve: (recipe) => [...recipe.variants],
    }),
  }),
})

builder.queryField('recipes', (t) =>
  t.field({ type: [RecipeType], description: 'All recipes.', resolve: () => [...recipes] }),
)
