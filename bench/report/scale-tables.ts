import type { ClaimPoint, ScalePoint, ScaleResults } from './results.ts'
import { describeSetting, table } from './tables.ts'

const workHeads = [
  'processes',
  'images in',
  'tasks/s',
  'PostgreSQL, CPU ms',
  'processes, CPU ms',
  'commits',
  'WAL syncs',
  'WAL kB',
  'waits for a row',
  'for the log',
  'for the process',
  'at work',
]
const percent = (share: number) => `${(100 * share).toFixed(0)} %`

function workCells({ processes, images, hinted, tasksPerSecond, task, waits }: ScalePoint): string[] {
  return [
    String(processes),
    hinted ? `${images}, hinted` : images,
    tasksPerSecond.toFixed(0),
    task.serverMs.toFixed(1),
    task.processMs.toFixed(1),
    task.commits.toFixed(1),
    task.walSyncs.toFixed(1),
    task.walKb.toFixed(1),
    ...[waits.row, waits.log, waits.client, waits.cpu + waits.other].map(percent),
  ]
}

const claimCells = ({ claimers, images, waiting, perSecond, p50Ms, p95Ms }: ClaimPoint) => [
  String(claimers),
  images,
  waiting.toLocaleString('en'),
  perSecond.toFixed(0),
  p50Ms.toFixed(1),
  p95Ms.toFixed(1),
]

/** In Markdown, for a terminal and for docs/scaling.md. */
export function renderScale(results: ScaleResults): string {
  const { work, claims, rows, eventsReadPerSecond, idle } = results
  const tables = Object.keys(rows[0]?.bytes ?? {})
  const hinted = work.filter((point) => point.hinted)
  const redis = hinted.map(
    ({ processes, task }) =>
      `${processes}: ${task.redisCommands.toFixed(0)} commands, ${task.redisMs.toFixed(2)} ms of its CPU`,
  )
  const reading = eventsReadPerSecond.map(({ readers, perSecond }) => `${readers}: ${perSecond.toFixed(0)}/s`)
  const resting = idle.map(
    ({ hinted: withHints, transactionsPerSecond, serverMsPerSecond }) =>
      `${withHints ? 'with Redis' : 'without Redis'} ${transactionsPerSecond.toFixed(1)} transactions/s and ${serverMsPerSecond.toFixed(1)} ms of CPU a second`,
  )
  return [
    describeSetting(results),
    table(workHeads, work.map(workCells), 2),
    `Redis, for a task, by processes: ${redis.join('; ') || 'not measured'}. Events read, by readers at once: ${reading.join('; ')}. A process that has nothing to do costs PostgreSQL ${resting.join(', ')}.`,
    table(['claimers', 'images in', 'tasks that wait', 'claims/s', 'p50 ms', 'p95 ms'], claims.map(claimCells), 2),
    table(
      ['recipes', 'variants', 'events', ...tables.map((name) => `${name}, bytes`), 'together'],
      rows.map(({ recipes, variants, events, bytes }) => [
        recipes.join(', '),
        variants.toFixed(0),
        events.toFixed(0),
        ...tables.map((name) => (bytes[name] ?? 0).toFixed(0)),
        Object.values(bytes)
          .reduce((sum, each) => sum + each, 0)
          .toFixed(0),
      ]),
    ),
  ].join('\n\n')
}
