import type { Faults } from './faults.ts'
import type { Watched } from './watch.ts'

interface Figures {
  images: number
  lost: number
  tookMs: number
  faults: Faults
  watched: readonly Watched[]
  requeues: number
  /** tasks that found everything made when they were begun anew */
  doneBefore: number
  retries: number
  answerCount: number
  left: number
}

/** How long after an outage something may still come late because of it, ms. */
const afterOutageMs = 3_000

/** For people: what became of the work, and how soon it was heard of. */
export function describeFigures({ images, lost, tookMs, faults, watched, ...counts }: Figures): string {
  const all = watched.flatMap(({ latencies }) => latencies)
  const isQuiet = (atMs: number) =>
    faults.outages.every(({ fromMs, toMs }) => atMs < fromMs || atMs > toMs + afterOutageMs)
  const quiet = all.filter(({ atMs }) => isQuiet(atMs))
  const sum = (what: (each: Watched) => number) => watched.reduce((total, each) => total + what(each), 0)
  const seconds = (ms: number) => (ms / 1_000).toFixed(1)
  const outages = faults.outages.map(({ what, fromMs, toMs }) => `${what} ${seconds(toMs - fromMs)} s`).join(', ')
  return `
fleet: ${images} images in ${seconds(tookMs)} s, ${lost} lost
  workers killed ${faults.kills}; away: ${outages}
  tasks begun anew ${counts.requeues} (with nothing left to make ${counts.doneBefore}), attempts that failed ${counts.retries}, temporary files left ${counts.left}
  subscriptions ${watched.length}, taken up again ${sum(({ lost: times }) => times)} times; ${sum(({ events }) => events)} events, without a gap; ${counts.answerCount} answers that add up
  from the database to a subscriber at a server: ${describe(quiet)}; during outages too: ${describe(all)}
`
}

function describe(latencies: Watched['latencies']): string {
  const sorted = latencies.map(({ ms }) => ms).sort((a, b) => a - b)
  const percentile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return `p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms`
}
