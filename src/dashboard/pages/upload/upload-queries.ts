import { client, noAnswer, sentenceOf } from '../../api/client.ts'
import { graphql, type ResultOf } from '../../api/graphql.ts'
import { liveRun } from '../../live/live-run.ts'
import type { Details, Row } from './rows.ts'

export const choicesQuery = graphql(`
  query UploadChoices {
    uploadPolicy { maxBytes maxFiles mimeTypes minWidth minHeight }
    recipes { name description }
    venues { tag name }
  }
`)

export type Policy = ResultOf<typeof choicesQuery>['uploadPolicy']

export const artistsQuery = graphql(
  `query ArtistNames($search: String!) { artists(search: $search, first: 8) { nodes { slug name } } }`,
)

const createUploads = graphql(`
  mutation CreateUploads($files: [FileToUploadInput!]!) {
    createUploads(input: { files: $files }) {
      __typename
      ... on CreateUploadsPayload {
        uploads { id clientKey state method url headers { name value } resumable duplicateOf { id filename } }
      }
      ... on Error { message }
    }
  }
`)

type Created = Extract<ResultOf<typeof createUploads>['createUploads'], { __typename: 'CreateUploadsPayload' }>
export type Target = Created['uploads'][number]

const completeUploads = graphql(
  `mutation CompleteUploads($ids: [ID!]!, $artistName: String!, $venueTag: String, $recipes: [String!]) {
    completeUploads(input: { ids: $ids, artistName: $artistName, venueTag: $venueTag, recipes: $recipes }) {
      __typename
      ... on StartRunPayload { run { ...LiveRun } }
      ... on Error { message }
      ... on InvalidInputError { field }
    }
  }`,
  [liveRun],
)

const imageOf = graphql(`query ImageOfBytes($sha256: String!) { image(sha256: $sha256) { id } }`)

export interface Refusal {
  problem: string
  /** which of the ids, where one is at fault */
  index?: number
}

const failed = { problem: noAnswer }

/** Tells the service what is going to be sent. The same key again is the same upload, with a new way to send it. */
export async function announce(files: readonly Row[]): Promise<Target[] | Refusal> {
  const { data, error } = await client
    .mutation(createUploads, {
      files: files.map(({ key, name, size, type, sha256 }) => ({
        filename: name,
        byteSize: size,
        mimeType: type,
        sha256,
        clientKey: key,
      })),
    })
    .toPromise()
  if (error) return { problem: sentenceOf(error) }
  const answer = data?.createUploads
  if (!answer) return failed
  return answer.__typename === 'CreateUploadsPayload' ? answer.uploads : { problem: answer.message }
}

export type StartedRun = ResultOf<typeof liveRun>

/** Has files taken in that were sent, all or none. */
export async function complete(files: readonly Row[], details: Details): Promise<StartedRun | Refusal> {
  const { artistName, venueTag, recipes } = details
  const ids = files.flatMap(({ uploadId }) => uploadId ?? [])
  const { data, error } = await client.mutation(completeUploads, { ids, artistName, venueTag, recipes }).toPromise()
  if (error) return { problem: sentenceOf(error) }
  const answer = data?.completeUploads
  if (!answer) return failed
  if (answer.__typename === 'StartRunPayload') return answer.run
  return { problem: answer.message, index: indexAtFault(answer, files) }
}

/** By the number in the field, or by the name that the sentence begins with; -1 where it is none of them. */
function indexAtFault(answer: { message: string; field?: string | null }, files: readonly Row[]): number {
  const [, index] = /^ids\.(\d+)$/.exec(answer.field ?? '') ?? []
  return index === undefined ? files.findIndex(({ name }) => answer.message.startsWith(`${name}: `)) : Number(index)
}

/** The image that has these bytes, or null. */
export async function findImage(sha256: string): Promise<string | null> {
  const { data } = await client.query(imageOf, { sha256 }, { requestPolicy: 'network-only' }).toPromise()
  return data?.image?.id ?? null
}
