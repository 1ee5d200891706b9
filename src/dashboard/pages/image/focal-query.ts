import { graphql, type ResultOf } from '../../api/graphql.ts'

export const focalQuery = graphql(`
  query FocalPoint($id: ID!) {
    image(id: $id) {
      id
      filename
      width
      height
      focalPoint { x y }
      variants { recipe name format width height url }
    }
    recipes { name variants { name method width height } }
  }
`)

export const setFocalPoint = graphql(`
  mutation SetFocalPoint($imageId: ID!, $x: Float, $y: Float) {
    setFocalPoint(input: { imageId: $imageId, x: $x, y: $y }) {
      __typename
      ... on SetFocalPointPayload { image { id focalPoint { x y } } run { id } }
      ... on Error { message }
    }
  }
`)

export type FocalAnswer = ResultOf<typeof focalQuery>
export type FocalImage = NonNullable<FocalAnswer['image']>

/** A variant that is cut, px. */
export interface Cut {
  recipe: string
  name: string
  width: number
  height: number
}

/** What is cut of an image, by the recipes that it has. */
export function cutsOf({ variants }: FocalImage, recipes: FocalAnswer['recipes']): Cut[] {
  const has = new Set(variants.map(({ recipe }) => recipe))
  return recipes
    .filter(({ name }) => has.has(name))
    .flatMap(({ name: recipe, variants: specs }) =>
      specs.flatMap(({ name, method, width, height }) =>
        method === 'cover' && height !== null ? [{ recipe, name, width, height }] : [],
      ),
    )
}

/** Wide enough for the picture with the marker, px. */
const enough = 800

/** The address of a variant that shows all of the image, null while none is stored. */
export function wholeOf({ variants }: FocalImage, cuts: readonly Cut[]): string | null {
  const whole = variants
    .filter(({ recipe, name }) => !cuts.some((cut) => cut.recipe === recipe && cut.name === name))
    .sort((a, b) => a.width - b.width)
  return (whole.find(({ width }) => width >= enough) ?? whole.at(-1))?.url ?? null
}
