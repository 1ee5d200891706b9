import type { Api } from './api.ts'
import { ApiError } from './api.ts'
import { activity, runId, seconds, shorten, shortId, table } from './format.ts'
import { createProgress } from './progress.ts'

interface Run {
  id: string
  kind: string
  scope: string
  status: string
  outcome: string | null
  progress: number
  totalCount: number
  processedCount: number
  succeededCount: number
  skippedCount: number
  failedCount: number
  cancelledCount: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  pausedAt: string | null
  cancelReason: string | null
  startedBy: string | null
  pausedBy: string | null
  cancelledBy: string | null
  requestId: string | null
  lastError: string | null
  parent: { id: string } | null
}

const fields = `id kind scope status outcome progress totalCount processedCount
  succeededCount skippedCount failedCount cancelledCount createdAt startedAt finishedAt
  pausedAt cancelReason startedBy pausedBy cancelledBy requestId lastError parent { id }`

interface ListedRun extends Run {
  tasks: { totalCount: number; nodes: { subject: string }[] }
}

/** The newest runs as a table. */
export async function listRuns(api: Api, first: number): Promise<string> {
  const { runs } = await api.query<{ runs: { nodes: ListedRun[]; totalCount: number } }>(
    `query ($first: Int!) { runs(first: $first) { totalCount nodes { ${fields}
      tasks(first: 1) { totalCount nodes { subject } } } } }`,
    { first },
  )
  if (runs.totalCount === 0) return 'There are no runs yet.'
  const rows = runs.nodes.map((run) => [
    shortId(run.id),
    run.kind,
    run.outcome ?? run.status,
    `${run.processedCount}/${run.totalCount}`,
    String(run.failedCount),
    run.createdAt.replace('T', ' ').slice(0, 19),
    describeSubject(run),
  ])
  const shown = table(['run', 'kind', 'state', 'done', 'failed', 'created (UTC)', 'about'], rows)
  const rest = runs.totalCount - runs.nodes.length
  return rest > 0 ? `${shown}\n… and ${rest} older` : shown
}

function describeSubject({ tasks: { totalCount, nodes } }: ListedRun): string {
  const [first] = nodes
  if (!first) return '-'
  return shorten(first.subject, 40) + (totalCount > 1 ? ` and ${totalCount - 1} more` : '')
}

interface FailedTask {
  subject: string
  errorCode: string
  errorMessage: string
  errorStage: string
  attempt: number
}

/** Everything about one run, its failures in sentences. Throws ApiError when there is no such run. */
export async function showRun(api: Api, id: string): Promise<string> {
  const { run } = await api.query<{ run: (Run & { tasks: { totalCount: number; nodes: FailedTask[] } }) | null }>(
    `query ($id: ID!) { run(id: $id) { ${fields}
      tasks(status: [FAILED], first: 100) { totalCount nodes { subject errorCode errorMessage errorStage attempt } } } }`,
    { id: runId(id) },
  )
  if (!run) throw new ApiError(`There is no run ${id}.`)
  const took = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null
  const failures = run.tasks.nodes.map(
    (task) =>
      `  ${task.subject}: ${task.errorMessage} (${task.errorCode} in ${task.errorStage}, attempt ${task.attempt})`,
  )
  return [
    `run       ${shortId(run.id)}`,
    `kind      ${run.kind}${run.scope === run.kind ? '' : ` (${run.scope})`}`,
    ...(run.parent ? [`retries   ${shortId(run.parent.id)}`] : []),
    `state     ${run.status}${run.outcome ? `, ${run.outcome}` : ''}${by(run.cancelledBy)}${run.pausedAt ? `, paused${by(run.pausedBy)}` : ''}`,
    ...(run.cancelReason ? [`reason    ${run.cancelReason}`] : []),
    ...(run.lastError ? [`error     ${run.lastError}`] : []),
    `progress  ${Math.round(run.progress * 100)} %: ${run.processedCount} of ${run.totalCount} tasks`,
    `counts    ${run.succeededCount} succeeded, ${run.skippedCount} skipped, ${run.failedCount} failed, ${run.cancelledCount} cancelled`,
    `created   ${run.createdAt}${by(run.startedBy)}`,
    ...(run.requestId ? [`request   ${run.requestId}`] : []),
    ...(took === null ? [] : [`took      ${seconds(took)}`]),
    ...(failures.length > 0 ? ['failures', ...failures] : []),
  ].join('\n')
}

const by = (name: string | null) => (name === null ? '' : ` by ${name}`)

interface Event {
  seq: number
  type: string
  message: string
  run: { status: string; outcome: string | null; progress: number }
}

/** Follows a run to its end or to the signal; resolves to whether everything in it worked. */
export async function watchRun(
  api: Api,
  id: string,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<boolean> {
  const globalId = runId(id)
  let last: Event | null = null
  using progress = createProgress(1, 'runs', output)
  const step = progress.start(shortId(globalId))
  for await (const event of api.watch<Event>(
    '{ seq type message run { status outcome progress } }',
    globalId,
    signal,
  )) {
    last = event
    if (output.isTTY) step.update(event.run.progress, activity(event))
    else output.write(`${event.seq} ${event.type} ${event.message}\n`)
  }
  const outcome = last?.run.outcome ?? last?.run.status ?? 'unknown'
  step.done(`${shortId(globalId)}: ${outcome}`)
  return last?.run.status === 'SUCCEEDED' && outcome !== 'WITH_FAILURES'
}
