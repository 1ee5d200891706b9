import { type Api, ApiError, type FilePart } from './api.ts'
import { duration, printable, shortId } from './format.ts'
import { createProgress } from './progress.ts'

/** Without a terminal, a line at most this often, ms. */
const lineEveryMs = 10_000

/** How many failures are listed at the end, which `runs show` has all of. */
const maxFailures = 5

interface Counts {
  status: string
  totalCount: number
  processedCount: number
  succeededCount: number
  skippedCount: number
  failedCount: number
  progress: number
  etaSeconds: number | null
}

interface Event {
  seq: number
  type: string
  message: string
  run: Counts
}

const selection = `{ seq type message run {
  status totalCount processedCount succeededCount skippedCount failedCount progress etaSeconds } }`

export interface Followed {
  /** the run's global id; null when there was nothing to start */
  runId: string | null
  /** everything in it worked */
  succeeded: boolean
  /** how many events were to be listed: objects in storage that were not as they should be, say */
  findings: number
  /** it was under way already */
  joined: boolean
}

/** What of the events of a run is listed at its end. */
export interface Listing {
  types: readonly string[]
  mark: string
  most: number
}

const objects: Listing = { types: ['OBJECT_BROKEN', 'OBJECT_ORPHANED'], mark: '!', most: 50 }

/** A run to be started by a mutation of one field. */
export interface RunRequest {
  mutation: string
  input: object
  /** parts of a multipart request, each with where it belongs in the variables */
  files?: readonly FilePart[]
  /** what a run is called that stands in the way of this one */
  called?: string
  /** such a run does just as well: it is followed */
  joins?: boolean
  /** objects in storage unless told otherwise */
  listing?: Listing
}

interface Started {
  code?: string
  message?: string
  activeRunId?: string
  run?: { id: string }
}

/** Starts a run, and follows it. Throws ApiError, and the signal's reason before it starts. */
export async function startAndFollow(
  api: Api,
  { mutation, input, files = [], called = 'comparison', joins = false, listing = objects }: RunRequest,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  signal.throwIfAborted()
  const answers =
    files.length > 0
      ? await api.sendAll<Record<string, Started>>(mutation, { input }, files)
      : await api.query<Record<string, Started>>(mutation, { input })
  const [answer] = Object.values(answers)
  const code = answer?.code ?? null
  const active = answer?.activeRunId
  // it may be about something else, so to follow it would tell nothing
  if (active && !joins) throw new ApiError(describeOther(called, shortId(active)), { code })
  const runId = answer?.run?.id ?? active
  if (!runId) throw new ApiError(answer?.message ?? 'The run was not started.', { code })
  if (active) output.write(`Another ${called} is under way: following ${shortId(active)}.\n`)
  return { runId, joined: Boolean(active), ...(await follow(api, runId, listing, signal, output)) }
}

const describeOther = (called: string, id: string) =>
  `Another ${called} is under way: greenroom runs watch ${id}, or greenroom runs cancel ${id}.`

/**
 * Follows a run to its end or to the signal, with one bar, or with a line now and then where nobody watches. Tells how
 * it ended and what failed; resolves to whether everything in it worked.
 */
export async function followRun(
  api: Api,
  globalId: string,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<boolean> {
  return (await follow(api, globalId, objects, signal, output)).succeeded
}

async function follow(
  api: Api,
  globalId: string,
  listing: Listing,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<{ succeeded: boolean; findings: number }> {
  const { last, failures, findings } = await watch(api, globalId, listing, signal, output)
  if (!last) return { succeeded: false, findings: 0 }
  output.write(`${describeCounts({ ...last.run, etaSeconds: null })}\n`)
  const hint = `: greenroom runs show ${shortId(globalId)}`
  const { mark, most } = listing
  const lines = [...list('✗', failures, maxFailures, hint), ...list(mark, findings, most, '')]
  for (const line of lines) output.write(`${printable(line)}\n`)
  const succeeded = last.run.status === 'SUCCEEDED' && last.run.failedCount === 0
  return { succeeded, findings: findings.length }
}

function list(mark: string, items: readonly string[], most: number, hint: string): string[] {
  const lines = items.slice(0, most).map((item) => `${mark} ${item}`)
  return items.length > most ? [...lines, `… and ${items.length - most} more${hint}`] : lines
}

async function watch(api: Api, globalId: string, { types }: Listing, signal: AbortSignal, output: NodeJS.WriteStream) {
  const failures: string[] = []
  const findings: string[] = []
  let last: Event | null = null
  let lineAt = Date.now()
  using progress = createProgress(1, 'runs', output)
  const step = progress.start(shortId(globalId))
  for await (const event of api.watch<Event>(selection, globalId, signal)) {
    last = event
    if (event.type === 'TASK_FAILED') failures.push(event.message)
    if (types.includes(event.type)) findings.push(event.message)
    step.update(event.run.progress, describeCounts(event.run))
    if (!output.isTTY && Date.now() - lineAt >= lineEveryMs) {
      lineAt = Date.now()
      output.write(`${describeCounts(event.run)}\n`)
    }
  }
  if (last && !signal.aborted) step.done(`${last.run.status}: ${last.message}`)
  else step.drop()
  return { last, failures, findings }
}

function describeCounts({ totalCount, processedCount, skippedCount, failedCount, etaSeconds }: Counts): string {
  return [
    `${processedCount} of ${totalCount} tasks`,
    ...(skippedCount > 0 ? [`${skippedCount} with nothing to do`] : []),
    ...(failedCount > 0 ? [`${failedCount} failed`] : []),
    ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left`]),
  ].join(', ')
}
