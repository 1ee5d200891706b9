import type { Repeater } from '@repeaterjs/repeater'
import { EventsExpiredError, NotFoundError } from '../errors.ts'
import type { Run, RunEvent, RunEventType } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db } from './db/open-db.ts'
import { pullOnBell } from './pull-on-bell.ts'
import { type RunEventPayload, reviveSnapshot } from './run-events.ts'

const pageSize = 500
/** how long a lost ring can hold a subscriber up */
const lookAgainMs = 2_000
const terminalEvents: readonly RunEventType[] = ['SUCCEEDED', 'FAILED', 'CANCELLED']

export interface WatchedEvent extends Omit<RunEvent, 'payload'> {
  payload: RunEventPayload
  /** the run as it stood right after the event */
  run: Run
}

/**
 * Events `afterSeq + 1`, `+ 2` ... of a run: those in the database, then those to come, and an end after the terminal
 * one. Fails with NotFoundError or EventsExpiredError.
 */
export function watchRun(
  { db, bell }: { db: Db; bell: Bell },
  runId: string,
  afterSeq: number,
): Repeater<WatchedEvent> {
  let seq = Math.max(0, afterSeq)
  return pullOnBell({
    lookAgainMs,
    listen: (ring) => bell.listen(`run:${runId}`, ring),
    async read() {
      const { events, ended } = await readPage(db, runId, seq)
      seq = events.at(-1)?.seq ?? seq
      return { items: events, more: events.length === pageSize, ended }
    },
  })
}

async function readPage(db: Db, runId: string, afterSeq: number) {
  // the run before its events: an event that comes between the two reads is found by the next page
  const run = await db.run.findUnique({ where: { id: runId } })
  if (!run) throw new NotFoundError('run', runId)
  const rows = await db.runEvent.findMany({
    where: { runId, seq: { gt: afterSeq } },
    orderBy: { seq: 'asc' },
    take: pageSize,
  })
  const first = rows[0]?.seq ?? run.eventSeq + 1
  if (first > afterSeq + 1 && run.eventSeq > afterSeq) throw new EventsExpiredError(afterSeq, first)
  const events = rows.map((row): WatchedEvent => {
    const payload = row.payload as unknown as RunEventPayload
    return { ...row, payload, run: { ...run, ...reviveSnapshot(payload.run), eventSeq: row.seq } }
  })
  const last = rows.at(-1)
  const ended = last ? terminalEvents.includes(last.type) : run.finishedAt !== null
  return { events, ended }
}
