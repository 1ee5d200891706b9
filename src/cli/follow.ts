import type { Api } from './api.ts'
import { duration, shortId } from './format.ts'
import { createProgress } from './progress.ts'

/** Without a terminal, a line at most this often, ms. */
const lineEveryMs = 10_000

/** How many failures are listed at the end; `runs show` has them all. */
const listedFailures = 5

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
  const { last, failures } = await watch(api, globalId, signal, output)
  if (!last) return false
  output.write(`${describeCounts({ ...last.run, etaSeconds: null })}\n`)
  for (const failure of failures.slice(0, listedFailures)) output.write(`✗ ${failure}\n`)
  if (failures.length > listedFailures) {
    output.write(`… and ${failures.length - listedFailures} more: greenroom runs show ${shortId(globalId)}\n`)
  }
  return last.run.status === 'SUCCEEDED' && last.run.failedCount === 0
}

async function watch(api: Api, globalId: string, signal: AbortSignal, output: NodeJS.WriteStream) {
  const failures: string[] = []
  let last: Event | null = null
  let lineAt = Date.now()
  using progress = createProgress(1, 'runs', output)
  const step = progress.start(shortId(globalId))
  for await (const event of api.watch<Event>(selection, globalId, signal)) {
    last = event
    if (event.type === 'TASK_FAILED') failures.push(event.message)
    step.update(event.run.progress, describeCounts(event.run))
    if (!output.isTTY && Date.now() - lineAt >= lineEveryMs) {
      lineAt = Date.now()
      output.write(`${describeCounts(event.run)}\n`)
    }
  }
  if (last && !signal.aborted) step.done(`${last.run.status}: ${last.message}`)
  else step.drop()
  return { last, failures }
}

function describeCounts({ totalCount, processedCount, skippedCount, failedCount, etaSeconds }: Counts): string {
  return [
    `${processedCount} of ${totalCount} images`,
    ...(skippedCount > 0 ? [`${skippedCount} had everything`] : []),
    ...(failedCount > 0 ? [`${failedCount} failed`] : []),
    ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left`]),
  ].join(', ')
}
