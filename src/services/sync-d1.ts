import { AppError } from '../errors.ts'
import type { VenueEvent } from '../generated/sqlite/client.ts'
import type { Claim } from './claims.ts'
import type { D1, D1Row } from './d1/d1.ts'
import { acknowledge, announceRows, type EventRange, eventsOf, parseRange, raise, toRow } from './d1-outbox.ts'
import type { Db } from './db/open-db.ts'
import type { PublicUrls } from './public-urls.ts'
import { firstScope, type SyncScope } from './run-scope.ts'
import type { Tasks } from './tasks.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  tasks: Tasks
  d1: D1
  urls: PublicUrls
}

/** A row to send, and why, for people. */
interface Due {
  row: D1Row
  why: string
}

/** Rows of D1 asked for at once. */
const pageSize = 1_000
/** Rows that are told one by one. */
const maxTold = 100

/** The job that brings a range of venue events to D1. Done twice it changes nothing: an older revision is left out there. */
export function createSyncD1({ db, tasks, d1, urls }: Deps): Job {
  /** What D1 has of these ids; rows of others in between are nobody's business. */
  async function readRange(range: EventRange, signal: AbortSignal): Promise<Map<string, D1Row>> {
    const rows = new Map<string, D1Row>()
    let from = range.after
    for (let more = true; more; ) {
      const page: D1Row[] = await d1.read(from, pageSize, signal)
      for (const row of page) rows.set(row.id, row)
      from = page.at(-1)?.id ?? from
      more = page.length === pageSize && from !== null && from < range.last
    }
    return rows
  }

  async function findDue(range: EventRange, { which, dryRun }: SyncScope, signal: AbortSignal): Promise<Due[]> {
    const events = await eventsOf(db, range, which)
    if (which === 'DUE') return events.map((event) => ({ row: toRow(event, urls), why: whyDue(event) }))
    const there = await readRange(range, signal)
    const due = events.flatMap(
      (event) => compare(event, toRow(event, urls), there.get(event.id), which === 'ALL') ?? [],
    )
    // what is only told is not changed
    return dryRun ? due.map(({ row, why }) => ({ row, why })) : raiseDue(due)
  }

  async function raiseDue(due: readonly Compared[]): Promise<Due[]> {
    const toRaise = due.flatMap(({ row: { id, revision }, above }) => (above === null ? [] : [{ id, revision, above }]))
    const raised = await raise(db, toRaise)
    return due.flatMap(({ row, why, above }) => {
      const revision = above === null ? row.revision : raised.get(row.id)
      // it has changed meanwhile: the next sync sends what it is by then
      return revision === undefined ? [] : [{ row: { ...row, revision }, why }]
    })
  }

  async function send(rows: readonly D1Row[], signal: AbortSignal): Promise<void> {
    try {
      await d1.upsert(rows, signal)
    } catch (error) {
      if (error instanceof AppError) {
        const ids = rows.map(({ id }) => id)
        await db.venueEvent.updateMany({ where: { id: { in: ids } }, data: { syncError: error.message } })
      }
      throw error
    }
  }

  return async (claim, signal, stages) => {
    const scope = syncScope(claim)
    const due = await stages.run('SYNC', () => findDue(parseRange(claim.subject), scope, signal))
    if (due.length === 0) return tasks.skip(claim, 'D1 has everything.')
    const told = due.slice(0, maxTold).map(({ row, why }) => ({
      type: 'ROW_DIFFERS' as const,
      message: `${row.id}, ${row.artistSlug} at ${row.venueTag}: ${why}.`,
    }))
    if (scope.dryRun) {
      const message = `${countRows(due.length)} would be sent to ${d1.place}.`
      await tasks.tell(claim, async () => ({ events: [...told, { type: 'ROWS_SENT', message }] }))
      return tasks.succeed(claim)
    }
    await stages.run('SYNC', async () => {
      await tasks.check(claim)
      const rows = await announceRows(
        db,
        due.map(({ row }) => row),
      )
      await send(rows, signal)
      await tasks.tell(claim, async (tx) => {
        await acknowledge(tx, rows)
        return { events: [...told, { type: 'ROWS_SENT', message: `${countRows(rows.length)} sent to ${d1.place}.` }] }
      })
    })
    await tasks.succeed(claim)
  }
}

const countRows = (count: number) => (count === 1 ? '1 row' : `${count} rows`)

function syncScope({ scope, subject }: Claim): SyncScope {
  const first = firstScope(scope)
  if (first.kind !== 'SYNC') throw new Error(`${subject} is not to be sent.`)
  return first
}

const isDue = ({ revision, syncedRevision }: VenueEvent) => revision > syncedRevision

const whyDue = ({ sentRevision }: VenueEvent) => (sentRevision === 0 ? 'is new' : 'has changed')

interface Compared extends Due {
  /** the revision out there that ours has to exceed for the row to be taken; null when it does */
  above: number | null
}

/** Null when D1 has the row as it is. */
function compare(event: VenueEvent, row: D1Row, there: D1Row | undefined, all: boolean): Compared | null {
  if (!there) return { row, why: event.sentRevision === 0 ? 'is new' : 'is missing in D1', above: null }
  if (there.revision < row.revision) return { row, why: 'has changed', above: null }
  const same = comparedFields.every((field) => there[field] === row[field])
  if (same && there.revision === row.revision && !all) {
    // its answer was lost: sent again it changes nothing, and is acknowledged
    return isDue(event) ? { row, why: 'was not acknowledged', above: null } : null
  }
  return { row, why: whyAgain(same, all), above: there.revision }
}

function whyAgain(same: boolean, all: boolean): string {
  if (!same) return 'is another in D1'
  return all ? 'is sent again' : 'has a later revision in D1'
}

const comparedFields = ['artistName', 'artistSlug', 'artistImageUrl', 'venueTag'] as const
