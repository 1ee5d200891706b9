import { Prisma, type VenueEvent } from '../generated/sqlite/client.ts'
import type { D1Row } from './d1/d1.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { PublicUrls } from './public-urls.ts'
import type { SyncScope } from './run-scope.ts'

/** Events a task: D1 takes 5,000 rows in one request, and progress is shown by task. */
const chunkSize = 1_000

/** A row is sent only once its picture is stored, or when D1 may have the event already. */
const sendable = Prisma.sql`(e."pictureKey" IS NOT NULL OR e."sentRevision" > 0)`

const dueCondition = Prisma.sql`e."revision" > e."syncedRevision" AND ${sendable}`

/** A range of ids: after the first, up to the second. */
export interface EventRange {
  after: string | null
  last: string
}

const subjectOf = ({ after, last }: EventRange) => `venue events ${after ?? 'from the first'} to ${last}`

/** Throws on what is no subject of a sync. */
export function parseRange(subject: string): EventRange {
  const [, after = '', last = ''] = /^venue events (.+) to (\S+)$/.exec(subject) ?? []
  if (last === '') throw new Error(`${subject} is no range of venue events.`)
  return { after: after === 'from the first' ? null : after, last }
}

/** The subjects of the tasks of a sync: ranges of venue events. */
export async function planSync(db: Db, { which }: SyncScope): Promise<string[]> {
  const condition = which === 'DUE' ? dueCondition : sendable
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT e."id" AS id FROM "VenueEvent" e WHERE ${condition} ORDER BY e."id"`
  const subjects: string[] = []
  let after: string | null = null
  for (let at = 0; at < rows.length; at += chunkSize) {
    const last = rows[Math.min(at + chunkSize, rows.length) - 1]?.id ?? ''
    subjects.push(subjectOf({ after, last }))
    after = last
  }
  return subjects
}

export async function countDue(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number | bigint }[]>`
    SELECT count(*) AS count FROM "VenueEvent" e WHERE ${dueCondition}`
  return Number(row?.count ?? 0)
}

/** The events of a range that D1 is to have, in the order of their ids. */
export function eventsOf(db: Db, { after, last }: EventRange, which: SyncScope['which']): Promise<VenueEvent[]> {
  return db.venueEvent.findMany({
    where: {
      id: { ...(after !== null && { gt: after }), lte: last },
      OR: [{ pictureKey: { not: null } }, { sentRevision: { gt: 0 } }],
      ...(which === 'DUE' && { revision: { gt: db.venueEvent.fields.syncedRevision } }),
    },
    orderBy: { id: 'asc' },
  })
}

/** A venue event as D1 has it. */
export function toRow(event: VenueEvent, urls: PublicUrls): D1Row {
  const { id, artistName, artistSlug, venueTag, revision, pictureKey, pictureSha256 } = event
  const artistImageUrl = pictureKey && pictureSha256 ? urls.alias(pictureKey, pictureSha256) : null
  return { id, artistName, artistSlug, artistImageUrl, venueTag, revision }
}

/** Gives events a revision above what D1 has, unless they have changed meanwhile; returns the new revisions by id. */
export async function raise(
  db: Db,
  events: readonly { id: string; revision: number; above: number }[],
): Promise<Map<string, number>> {
  return db.$transaction(async (tx) => {
    const raised = new Map<string, number>()
    for (const { id, revision, above } of events) {
      const next = Math.max(revision, above) + 1
      const { count } = await tx.venueEvent.updateMany({ where: { id, revision }, data: { revision: next } })
      if (count > 0) raised.set(id, next)
    }
    return raised
  })
}

/** How many rows one statement names: two parameters each. */
const batchSize = 400

/**
 * Notes, before they are sent, that D1 may have these rows from now on and name their pictures, whatever becomes of the
 * answer. Returns those that still are what they were; the next sync sends what the others have become.
 */
export async function announceRows(db: Db, rows: readonly D1Row[]): Promise<D1Row[]> {
  const announced = new Set<string>()
  for (let at = 0; at < rows.length; at += batchSize) {
    const batch = rows
      .slice(at, at + batchSize)
      .map(({ id, revision }) => Prisma.sql`(${id}, CAST(${revision} AS INTEGER))`)
    const updated = await db.$queryRaw<{ id: string }[]>`
      UPDATE "VenueEvent" SET "sentRevision" = "revision", "namedKeys" = CASE
        WHEN "pictureKey" IS NULL OR "namedKeys" LIKE '%' || "pictureKey" || ' %' THEN "namedKeys"
        ELSE "namedKeys" || "pictureKey" || ' ' END
      WHERE ("id", "revision") IN (VALUES ${Prisma.join(batch)}) RETURNING "id" AS id`
    for (const { id } of updated) announced.add(id)
  }
  return rows.filter(({ id }) => announced.has(id))
}

/** D1 has acknowledged these rows: of their pictures it names no others, unless something was sent since. */
export async function acknowledge(tx: Tx, rows: readonly D1Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += batchSize) {
    const batch = rows.slice(at, at + batchSize)
    const pairs = Prisma.join(batch.map(({ id, revision }) => Prisma.sql`(${id}, CAST(${revision} AS INTEGER))`))
    await tx.$executeRaw`
      UPDATE "VenueEvent" SET "syncedRevision" = "sentRevision", "syncError" = NULL, "namedKeys" = CASE
        WHEN "revision" <> "sentRevision" THEN "namedKeys"
        WHEN "pictureKey" IS NULL THEN '' ELSE "pictureKey" || ' ' END
      WHERE ("id", "sentRevision") IN (VALUES ${pairs})`
  }
}

/** Whether D1 names the picture, or may come to name it by what is on the way. */
export async function isNamedByD1(db: Db | Tx, key: string): Promise<boolean> {
  return (await db.venueEvent.count({ where: { namedKeys: { contains: `${key} ` } } })) > 0
}
