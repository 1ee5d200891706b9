import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'
import { allowances } from './expectations.ts'
import { FoundError } from './judge.ts'
import type { FuzzedService, Vitals } from './service.ts'

/** How long the service may take to let go of everything, ms. */
const settlingMs = 20_000

const settled = ['SUCCEEDED', 'FAILED', 'CANCELLED']

const sum = (resources: Record<string, number>) => Object.values(resources).reduce((all, count) => all + count, 0)

function leftovers(now: Vitals, before: Vitals): string[] {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
  const grown = Object.entries(now.resources).filter(([name, count]) => count > (before.resources[name] ?? 0))
  return [
    ...(now.sockets > before.sockets + allowances.sockets ? [`${now.sockets} sockets, ${before.sockets} before`] : []),
    ...(sum(now.resources) > sum(before.resources) + allowances.resources
      ? [`resources: ${JSON.stringify(Object.fromEntries(grown))}`]
      : []),
    ...(now.heapUsed > before.heapUsed + allowances.heapUsed
      ? [`a heap of ${mebibytes(now.heapUsed)}, ${mebibytes(before.heapUsed)} before`]
      : []),
    ...(now.rss > allowances.rss ? [`${mebibytes(now.rss)} of memory`] : []),
    ...(now.hostRss > allowances.hostRss ? [`${mebibytes(now.hostRss)} in the image host`] : []),
    ...(now.tempFiles.length > 0 ? [`temporary files: ${now.tempFiles.slice(0, 5).join(', ')}`] : []),
  ]
}

const question = '{ uploadPolicy { maxBytes } runs(first: 100) { nodes { id status } } }'

/** An ordinary query; returns the runs that still wait or work. */
async function unfinishedRuns(service: FuzzedService): Promise<string[]> {
  const { runs } = await ask<{ runs: { nodes: { id: string; status: string }[] } }>(service, question)
  const unfinished = runs.nodes.filter(({ status }) => !settled.includes(status))
  return unfinished.map(({ id, status }) => `the run ${id} is ${status}`)
}

/** Works as ever, and holds no more than before; throws FoundError. Returns what it holds. */
export async function checkAtRest(service: FuzzedService, before: Vitals): Promise<Vitals> {
  const until = Date.now() + settlingMs
  for (;;) {
    const runs = await unfinishedRuns(service)
    const now = await service.vitals()
    const left = [...runs.slice(0, 5), ...leftovers(now, before)]
    if (left.length === 0) return now
    if (Date.now() > until) throw new FoundError(`The service does not let go: ${left.join('; ')}.`)
    await sleep(500)
  }
}
