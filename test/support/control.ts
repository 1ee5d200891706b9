import type { TestClient } from './client.ts'

const error = '... on Error { code message } ... on InvalidInputError { field }'
const run =
  '... on ProcessingRun { id status outcome pausedAt cancelReason totalCount succeededCount cancelledCount lastError }'
const started = `... on StartRunPayload { run { id kind scope status parent { id } } }
  ... on RunAlreadyActiveError { activeRunId }`

/** The mutations over runs: the type of their input, and what to ask of their answer. */
const mutations = {
  cancelRun: ['CancelRunInput', run],
  pauseRun: ['RunIdInput', run],
  resumeRun: ['RunIdInput', run],
  retryRun: ['RetryRunInput', started],
  reprocessImages: ['ReprocessImagesInput', started],
  setConcurrency: ['SetConcurrencyInput', '... on QueueStats { concurrency }'],
} as const

export interface ControlAnswer {
  __typename: string
  code?: string
  message?: string
  field?: string
  id: string
  status: string
  outcome: string | null
  pausedAt: string | null
  activeRunId?: string
  run: { id: string; kind: string; scope: string; status: string; parent: { id: string } | null }
}

/** Calls one of them and returns its answer, be it an error. */
export async function tell(
  client: Pick<TestClient, 'gql'>,
  mutation: keyof typeof mutations,
  input: object,
): Promise<ControlAnswer> {
  const [type, fields] = mutations[mutation]
  const query = `mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { __typename ${fields} ${error} } }`
  return (await client.gql<{ answer: ControlAnswer }>(query, { input })).answer
}

/** The id in the database of what the API names so. */
export const databaseId = (globalId: string) => Buffer.from(globalId, 'base64').toString().split(':')[1] ?? ''
