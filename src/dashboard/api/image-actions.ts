import { client } from './client.ts'
import { graphql } from './graphql.ts'
import { refusalOf } from './refusal.ts'

/** What became of it: the run that does it where there is one, and a sentence when it was refused. */
export interface Outcome {
  runId?: string
  refused: string | null
}

/** How many ids the API takes at once. */
export const idsAtOnce = 1_000

const reprocessImages = graphql(`
  mutation ReprocessImages($input: ReprocessImagesInput!) {
    reprocessImages(input: $input) {
      __typename
      ... on StartRunPayload { run { id } }
      ... on Error { message }
    }
  }
`)

const deleteImages = graphql(`
  mutation DeleteImages($ids: [ID!]!) {
    deleteImages(input: { ids: $ids }) {
      __typename
      ... on Error { message }
    }
  }
`)

const restoreImage = graphql(`
  mutation RestoreImage($id: ID!) {
    restoreImage(input: { id: $id }) {
      __typename
      ... on Error { message }
    }
  }
`)

/** Of images, 1,000 at most. No recipes: those that each image already has. */
export async function reprocess(ids: readonly string[], recipes: readonly string[]): Promise<Outcome> {
  const wanted = recipes.length > 0 ? [...recipes] : null
  const said = await client
    .mutation(reprocessImages, { input: { scope: 'IMAGES', ids: [...ids], recipes: wanted } })
    .toPromise()
  const answer = said.data?.reprocessImages
  return {
    ...(answer?.__typename === 'StartRunPayload' && { runId: answer.run.id }),
    refused: refusalOf(said, answer),
  }
}

/** Takes images out of every list, 1,000 at most. */
export async function remove(ids: readonly string[]): Promise<Outcome> {
  const said = await client.mutation(deleteImages, { ids: [...ids] }).toPromise()
  return { refused: refusalOf(said, said.data?.deleteImages) }
}

/** Brings deleted images back, one after the other. */
export async function restore(ids: readonly string[]): Promise<Outcome> {
  for (const id of ids) {
    const said = await client.mutation(restoreImage, { id }).toPromise()
    const refused = refusalOf(said, said.data?.restoreImage)
    if (refused !== null) return { refused }
  }
  return { refused: null }
}
