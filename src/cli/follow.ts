import { type Api, ApiError } from './api.ts'
import { duration, shortId } from './format.ts'
import { createProgress } from './progress.ts'

/** Without a terminal, a line at most this often, ms. */
const lineEveryMs = 10_000

/** How many failures are listed at the end, which `runs show` has all of, and how many findings. */
const listed = { failures: 5, findings: 50 }

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
  /** objects in storage that were not as they should be */
  findings: number
}

interface Started {
  code?: string
  message?: string
  activeRunId?: string
  run?: { id: string }
}

/** Starts a run by a mutation of one field, and follows it. Throws ApiError, and the signal's reason before it starts. */
export async function startAndFollow(
  api: Api,
  { mutation, input }: { mutation: string; input: object },
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  signal.throwIfAborted()
  const [answer] = Object.values(await api.query<Record<string, Started>>(mutation, { input }))
  const code = answer?.code ?? null
  // it may be about something else, so to follow it would tell nothing
  if (answer?.activeRunId) throw new ApiError(describeOther(shortId(answer.activeRunId)), { code })
  const runId = answer?.run?.id
  if (!runId) throw new ApiError(answer?.message ?? 'The run was not started.', { code })
  return { runId, ...(await follow(api, runId, signal, output)) }
}

const describeOther = (id: string) =>
  `Another comparison is under way: greenroom runs watch ${id}, or greenroom runs cancel ${id}.`

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
  return (await follow(api, globalId, signal, output)).succeeded
}

async function follow(api: Api, globalId: string, signal: AbortSignal, output: NodeJS.WriteStream) {
  const { last, failures, findings } = await watch(api, globalId, signal, output)
  if (!last) return { succeeded: false, findings: 0 }
  output.write(`${describeCounts({ ...last.run, etaSeconds: null })}\n`)
  const hint = `: greenroom runs show ${shortId(globalId)}`
  const lines = [...list('✗', failures, listed.failures, hint), ...list('!', findings, listed.findings, '')]
  for (const line of lines) output.write(`${line}\n`)
  const succeeded = last.run.status === 'SUCCEEDED' && last.run.failedCount === 0
  return { succeeded, findings: findings.length }
}

function list(mark: string, items: readonly string[], most: number, hint: string): string[] {
  const lines = items.slice(0, most).map((item) => `${mark} ${item}`)
  return items.length > most ? [...lines, `… and ${items.length - most} more${hint}`] : lines
}

async function watch(api: Api, globalId: string, signal: AbortSignal, output: NodeJS.WriteStream) {
  const failures: string[] = []
  const findings: string[] = []
  let last: Event | null = null
  let lineAt = Date.now()
  using progress = createProgress(1, 'runs', output)
  const step = progress.start(shortId(globalId))
  for await (const event of api.watch<Event>(selection, globalId, signal)) {
    last = event
    if (event.type === 'TASK_FAILED') failures.push(event.message)
    if (event.type.startsWith('OBJECT_')) findings.push(event.message)
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
