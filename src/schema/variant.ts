import type { Variant } from '../generated/sqlite/client.ts'
import { builder } from './builder.ts'

/** A variant with the name of the recipe that its set is of. */
export type VariantShape = Variant & { recipe: string }

export const VariantType = builder.objectRef<VariantShape>('Variant').implement({
  description: 'One encoded output that is in storage.',
  fields: (t) => ({
    recipe: t.exposeString('recipe', { description: 'The recipe that asked for it.' }),
    name: t.exposeString('name', { description: 'Its name in the recipe.' }),
    format: t.exposeString('format', { description: '`avif`, `webp`, `jpeg` or `png`.' }),
    mimeType: t.exposeString('mimeType', { description: 'As it is served.' }),
    width: t.exposeInt('width', { description: 'Pixels.' }),
    height: t.exposeInt('height', { description: 'Pixels.' }),
    byteSize: t.exposeInt('byteSize', { description: 'Bytes.' }),
    key: t.exposeString('key', { description: 'Where it lies in storage.' }),
    url: t.string({
      description: 'Where it is served; the bytes behind it never change.',
      resolve: ({ key }, _args, { urls }) => urls.of(key),
    }),
    sha256: t.exposeString('sha256', { description: 'Of its bytes, in hex.' }),
  }),
})

interface WithSets {
  sets: { recipe: string; variants: Variant[] }[]
}

/** What every field about variants selects; the same selection everywhere, so that a list of images is one query. */
export const currentSets = {
  sets: {
    where: { state: 'CURRENT' },
    orderBy: { recipe: 'asc' },
    include: { variants: { orderBy: [{ width: 'asc' }, { format: 'asc' }] } },
  },
} as const

export function variantsOf({ sets }: WithSets): VariantShape[] {
  return sets.flatMap((set) => set.variants.map((variant) => ({ ...variant, recipe: set.recipe })))
}
