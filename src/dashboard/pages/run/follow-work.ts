import type { RunEvent } from '../../live/follow-run.ts'
import type { Run } from './run-query.ts'

type Task = NonNullable<RunEvent['task']>

/** A task as far as the events have told of it. */
export interface WorkItem {
  id: string
  subject: string
  stage: Task['stage']
  startedAt: string
  /** variants that were stored while one looked on */
  stored: number
  /** what it has come to; null while it is in work */
  end: Task['status'] | null
}

export interface Work {
  /** in work, each in the place it had from its begin; one that has ended stays until the next takes its place */
  items: readonly WorkItem[]
  /** the last events, oldest first */
  feed: readonly RunEvent[]
  /** tasks as last heard of, by id */
  tasks: ReadonlyMap<string, Task>
  /** events up to this one had happened before the page was opened */
  openedAt: number
}

/** How many events are shown, and how many tasks are kept. */
export const feedLength = 100
const keptTasks = 2_000

export function beginWork(run: Run): Work {
  const items = run.inWork.nodes.map(({ startedAt, ...task }) => {
    return { ...task, startedAt: startedAt ?? run.createdAt, stored: 0, end: null }
  })
  return { items, feed: [], tasks: new Map(), openedAt: run.eventSeq }
}

/** Whether what had happened before the page was opened is still coming in. */
export const isReplaying = ({ feed, openedAt }: Work) => (feed.at(-1)?.seq ?? 0) < openedAt

export function followWork(before: Work, events: readonly RunEvent[]): Work {
  const tasks = new Map(before.tasks)
  let items = before.items
  for (const event of events) {
    if (!event.task) continue
    // at the end, as the latest
    tasks.delete(event.task.id)
    tasks.set(event.task.id, event.task)
    if (event.seq > before.openedAt) items = takeIn(items, event, event.task)
  }
  for (const id of [...tasks.keys()].slice(0, Math.max(0, tasks.size - keptTasks))) tasks.delete(id)
  return { ...before, items, tasks, feed: [...before.feed, ...events].slice(-feedLength) }
}

const stages: Partial<Record<RunEvent['type'], Task['stage']>> = {
  TASK_STARTED: 'FETCH',
  SOURCE_FETCHED: 'DECODE',
  TASK_DECODED: 'ENCODE',
  VARIANT_STORED: 'STORE',
}

const ends: Partial<Record<RunEvent['type'], Task['status']>> = {
  TASK_SUCCEEDED: 'SUCCEEDED',
  TASK_SKIPPED: 'SKIPPED',
  TASK_FAILED: 'FAILED',
  TASK_RETRYING: 'RETRYING',
  TASK_REQUEUED: 'QUEUED',
  TASK_CANCELLED: 'CANCELLED',
}

function takeIn(items: readonly WorkItem[], event: RunEvent, { id, subject, errorStage }: Task): readonly WorkItem[] {
  const known = items.find((item) => item.id === id)
  const end = ends[event.type] ?? null
  const stage = (end === 'FAILED' || end === 'RETRYING' ? errorStage : stages[event.type]) ?? known?.stage ?? 'FETCH'
  if (event.type === 'TASK_STARTED') {
    const item = { id, subject, stage, startedAt: event.createdAt, stored: 0, end }
    const place = items.findIndex((each) => each.id === id || each.end !== null)
    return place === -1 ? [...items, item] : items.with(place, item)
  }
  if (!known) return items
  const stored = known.stored + (event.type === 'VARIANT_STORED' ? 1 : 0)
  return items.with(items.indexOf(known), { ...known, stage, stored, end })
}
