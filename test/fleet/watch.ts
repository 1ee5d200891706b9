import { setTimeout as sleep } from 'node:timers/promises'
import { createApi } from '../../src/cli/api.ts'
import type { Counters } from '../crash/api.ts'
import { addsUp, isTerminal } from '../crash/check-run.ts'
import { overWebSocket } from '../support/subscribe.ts'

interface WatchedEvent {
  seq: number
  type: string
  createdAt: string
  run: Counters
}

const counters = 'status totalCount processedCount succeededCount skippedCount failedCount cancelledCount'
const query = `subscription ($runId: ID!, $afterSeq: Int!) {
  runProgress(runId: $runId, afterSeq: $afterSeq) { seq type createdAt run { ${counters} } }
}`

export interface Watched {
  /** how often it had to subscribe again */
  lost: number
  events: number
  /** from a change in the database until it was heard of, of what came while it was subscribed, ms */
  latencies: { atMs: number; ms: number }[]
  problems: string[]
}

/** A little less than the test may take. */
const patienceMs = 280_000

/** Follows a run through one server to its end, through whatever becomes of the server; each event once, without gaps. */
export async function watchToEnd(url: string, runId: string): Promise<Watched> {
  const watched: Watched = { lost: 0, events: 0, latencies: [], problems: [] }
  const report = (problem: string) => watched.problems.push(`Run ${runId} at ${url}: ${problem}.`)
  const giveUpAt = performance.now() + patienceMs
  let afterSeq = 0
  let ended = false
  let subscribedMs = Number.POSITIVE_INFINITY

  function hear({ seq, type, createdAt, run }: WatchedEvent): void {
    const atMs = Date.now()
    watched.events += 1
    subscribedMs = Math.min(subscribedMs, atMs)
    const madeMs = Date.parse(createdAt)
    if (madeMs > subscribedMs) watched.latencies.push({ atMs, ms: atMs - madeMs })
    if (seq !== afterSeq + 1) report(`event ${seq} came after ${afterSeq}`)
    if (!addsUp(run)) report(`the counters of event ${seq} do not add up`)
    afterSeq = seq
    ended = isTerminal(type)
  }

  while (!ended && performance.now() < giveUpAt) {
    subscribedMs = Number.POSITIVE_INFINITY
    await using subscription = overWebSocket<{ runProgress: WatchedEvent }>(url, {
      query,
      variables: { runId, afterSeq },
    })
    try {
      for await (const { data } of subscription.results) if (data) hear(data.runProgress)
      if (!ended) await sleep(200)
    } catch {
      watched.lost += 1
      await sleep(200)
    }
  }
  if (!ended) report(`its end was not heard of; the last event was ${afterSeq}`)
  return watched
}

/** Asks one server after the other for the counters of all runs, until stopped; returns those that did not add up. */
export async function watchAnswers(urls: readonly string[], signal: AbortSignal) {
  const problems: string[] = []
  let answers = 0
  for (let turn = 0; !signal.aborted; turn += 1) {
    const api = createApi(urls[turn % urls.length] ?? '')
    type Answer = { runs: { nodes: (Counters & { id: string })[] } }
    const answer = await api.query<Answer>(`{ runs(first: 100) { nodes { id ${counters} } } }`).catch(() => null)
    if (answer) answers += 1
    for (const run of answer?.runs.nodes ?? []) if (!addsUp(run)) problems.push(`Run ${run.id} did not add up.`)
    await sleep(250, undefined, { signal }).catch(() => {})
  }
  return { answers, problems }
}
