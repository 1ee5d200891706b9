import type { Repeater } from '@repeaterjs/repeater'
import { EventsExpiredError, NotFoundError } from '../errors.ts'
import type { Prisma, Run, RunEvent, RunEventType, RunKind } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db } from './db/open-db.ts'
import { pullOnBell } from './pull-on-bell.ts'
import { type RunEventPayload, reviveSnapshot } from './run-events.ts'
import { unfinished } from './run-states.ts'

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
    listen: (ring) => bell.listen('run', runId, ring),
    async read() {
      const { events, ended } = await readTogether(db, runId, seq)
      seq = events.at(-1)?.seq ?? seq
      return { items: events, waitMs: events.length === pageSize ? 0 : lookAgainMs, ended }
    },
  })
}

type EventPage = Awaited<ReturnType<typeof readPage>>
const reading = new WeakMap<Db, Map<string, Promise<EventPage>>>()

/** Hundreds of subscribers to one run hear the same ring and want the same page: it is read once. */
function readTogether(db: Db, runId: string, afterSeq: number): Promise<EventPage> {
  const pages = reading.get(db) ?? new Map<string, Promise<EventPage>>()
  reading.set(db, pages)
  const key = `${runId} ${afterSeq}`
  const page = pages.get(key) ?? readPage(db, runId, afterSeq).finally(() => pages.delete(key))
  pages.set(key, page)
  return page
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

/** At most four times a second. */
const snapshotEveryMs = 250
/** The newest of those under way; each upload is a run, so there may be thousands. */
const shownAtFirst = 500

/**
 * Runs as they are: first those that are not over, then each one that changed, until the reader leaves. Changes that
 * come faster than four a second become one.
 */
export function watchRuns({ db, bell }: { db: Db; bell: Bell }, kinds: readonly RunKind[] | null): Repeater<Run> {
  const rung = new Set<string>()
  /** eventSeq as last shown, of runs that were not over then */
  const shown = new Map<string, number>()
  let lookAllAt = 0

  const ofKind: Prisma.RunWhereInput = kinds?.length ? { kind: { in: [...kinds] } } : {}
  const byId = (ids: string[]) => db.run.findMany({ where: { id: { in: ids }, ...ofKind } })

  /** Those that rang; now and then also what was shown before and what is under way, lest a ring was lost. */
  async function look(): Promise<Run[]> {
    const ids = [...rung]
    rung.clear()
    if (Date.now() < lookAllAt) return byId(ids)
    lookAllAt = Date.now() + lookAgainMs
    const newest = await db.run.findMany({
      where: { ...unfinished, ...ofKind },
      orderBy: { id: 'desc' },
      take: shownAtFirst,
    })
    const others = await byId(
      [...new Set([...ids, ...shown.keys()])].filter((id) => newest.every((run) => run.id !== id)),
    )
    return [...newest, ...others].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  return pullOnBell({
    restMs: snapshotEveryMs,
    listen: (ring) =>
      bell.listen('run', null, (id) => {
        rung.add(id)
        ring()
      }),
    async read() {
      const changed = (await look()).filter((run) => shown.get(run.id) !== run.eventSeq)
      for (const run of changed) {
        if (run.finishedAt) shown.delete(run.id)
        else shown.set(run.id, run.eventSeq)
      }
      return { items: changed, waitMs: lookAgainMs, ended: false }
    },
  })
}
