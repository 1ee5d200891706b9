import type { Api } from './api.ts'
import { type Followed, startAndFollow } from './follow.ts'

export interface SyncOptions {
  /** every row, whatever D1 has */
  all?: boolean
  dryRun?: boolean
}

const mutation = `mutation ($input: SyncToD1Input!) { syncToD1(input: $input) {
  ... on StartRunPayload { run { id } } ... on Error { code message } ... on RunAlreadyActiveError { activeRunId } } }`

const rows = { types: ['ROW_DIFFERS', 'ROWS_SENT'], mark: '–', most: 100 }
/** The service sends changes by itself, and each time may be faster. */
const maxTries = 5

/**
 * Brings D1 up to date and tells what is there then; a sync that is under way is waited for. A dry run only tells each
 * row that would be sent, and why. Throws ApiError, and the signal's reason before it starts.
 */
export async function sync(
  api: Api,
  { all = false, dryRun = false }: SyncOptions,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  const input = { which: all ? 'ALL' : 'COMPARED', dryRun }
  const request = { mutation, input, called: 'sync', joins: true, listing: rows }
  let followed = await startAndFollow(api, request, signal, output)
  // that one sent something else, or before
  for (let tries = 1; followed.joined && tries < maxTries && !signal.aborted; tries += 1) {
    followed = await startAndFollow(api, request, signal, output)
  }
  if (signal.aborted) return followed
  if (dryRun && followed.succeeded && followed.findings === 0) output.write('D1 has everything.\n')
  if (!dryRun) output.write(`${await describeD1(api)}\n`)
  return followed
}

interface State {
  d1: { place: string; dueCount: number; waitingForPicture: number }
  venueEvents: { totalCount: number }
}

async function describeD1(api: Api): Promise<string> {
  const { d1, venueEvents } = await api.query<State>(
    '{ d1 { place dueCount waitingForPicture } venueEvents(first: 0, filter: { synced: true }) { totalCount } }',
  )
  const { totalCount } = venueEvents
  const left = d1.dueCount > 0 ? `, ${d1.dueCount} are still to be sent` : ''
  return `${totalCount} ${totalCount === 1 ? 'row is' : 'rows are'} in ${d1.place}${left}, ${waiting(d1.waitingForPicture)}.`
}

function waiting(count: number): string {
  if (count === 0) return 'none waits for a picture'
  return count === 1 ? '1 event waits for a picture' : `${count} events wait for a picture`
}
