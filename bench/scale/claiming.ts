import { percentile } from '../figures.ts'
import type { ClaimPoint, Sharing } from '../report/results.ts'
import { fill } from './rows.ts'
import { type Bench, runsFor } from './work.ts'

interface Case {
  claimers: number
  images: Sharing
  /** tasks there are */
  waiting: number
  /** of each claimer */
  atMost: number
}

/** Claims and nothing else. Throws when a task was claimed twice, or one is missing. */
export async function measureClaims(
  { fleet, server }: Bench,
  { claimers, images, waiting, atMost }: Case,
): Promise<ClaimPoint> {
  await fill(server, { images: waiting, runs: runsFor(images, waiting), recipes: [] })
  const since = performance.now()
  const answers = await fleet.tell({ do: 'claim', atMost }, claimers)
  const seconds = (performance.now() - since) / 1000
  const taskIds = answers.flatMap((answer) => answer.taskIds ?? [])
  const latenciesMs = answers.flatMap((answer) => answer.latenciesMs ?? [])
  const claimed = new Set(taskIds).size
  if (claimed < taskIds.length) throw new Error(`Of ${taskIds.length} claims only ${claimed} were of different tasks.`)
  const [row] = await server.query<{ count: string }>(
    `SELECT count(*) FROM "Task" WHERE "status" = 'RUNNING' AND "attempt" = 1`,
  )
  if (Number(row?.count) !== claimed) throw new Error(`${claimed} tasks were claimed, and ${row?.count} are in work.`)
  return {
    claimers,
    images,
    waiting,
    perSecond: claimed / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
  }
}
