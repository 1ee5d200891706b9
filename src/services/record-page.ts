import type { Prisma, VenuePage } from '../generated/sqlite/client.ts'
import type { PageReading } from '../venues/listing.ts'
import { readerRevision } from '../venues/read-page.ts'
import { lockArtists } from './artists.ts'
import type { Claim } from './claims.ts'
import type { Tx } from './db/open-db.ts'
import { describePage } from './describe-page.ts'
import { eventsAtOnce, markSeen, recordEvents } from './record-events.ts'
import { isPage } from './run-scope.ts'
import { growPlan } from './run-states.ts'
import type { Tasks } from './tasks.ts'
import { billingsOf } from './venue-events.ts'
import { newPage } from './venue-pages.ts'

/** What pages of a run lead to is followed so far. */
const maxPages = 60
/** Events that are looked up at once: a database takes only so many parameters. */
const idsAtOnce = 500

/** What the answer says of itself; null for a file that was handed over. */
export type PageValidators = Pick<VenuePage, 'finalUrl' | 'etag' | 'lastModified'> | null

/** What a page leads to: artists at venues whose pictures are looked for, and further pages. */
interface Leads {
  pictures: readonly string[]
  next: readonly string[]
}

export interface RecordPage {
  /** what was read: its events, the page itself, and what it leads to as tasks of the run */
  read(claim: Claim, page: VenuePage, reading: PageReading, validators: PageValidators): Promise<void>
  /** it lists what it listed before; each picture is looked at all the same */
  unchanged(claim: Claim, page: VenuePage): Promise<void>
  /** the listing has no such page any more */
  isGone(claim: Claim, page: VenuePage): Promise<void>
}

export function createRecordPage({ tasks }: { tasks: Tasks }): RecordPage {
  /** The pictures and pages that this one leads to, and that the run does not have yet. */
  async function grow(tx: Tx, { runId }: Claim, { source }: VenuePage, leads: Leads): Promise<void> {
    const known = await tx.task.findMany({ where: { runId }, select: { subject: true } })
    const subjects = new Set(known.map(({ subject }) => subject))
    const room = maxPages - [...subjects].filter(isPage).length
    const pages = leads.next.filter((url) => !subjects.has(url)).slice(0, Math.max(0, room))
    for (const url of pages) {
      // one statement, unlike one that updates nothing: another page may lead there at this moment
      await tx.venuePage.upsert({ where: { url }, create: newPage(url, source), update: { url } })
    }
    const added = [...pages, ...leads.pictures.filter((subject) => !subjects.has(subject))]
    if (added.length === 0) return
    await growPlan(
      tx,
      runId,
      added.map((subject) => ({ subject, imageId: null, plannedWork: 1 })),
    )
  }

  return {
    async read(claim, page, reading, validators) {
      const { events, next, skipped, warnings } = reading
      const seenAt = new Date()
      for (const chunk of chunksOf(events, eventsAtOnce)) {
        await tasks.tell(claim, async (tx) => {
          await recordEvents(tx, chunk, seenAt)
          return { events: [] }
        })
      }
      const facts = {
        ...validators,
        ...{ next, warnings, blocked: false, document: null, readAt: new Date(), reader: readerRevision },
        eventIds: events.map(({ id }) => id),
        skipped: skipped as unknown as Prisma.InputJsonArray,
      }
      await tasks.tell(claim, async (tx) => {
        await tx.venuePage.update({ where: { url: page.url }, data: facts })
        await grow(tx, claim, page, { pictures: billingsOf(events), next })
        return { events: describePage(claim.subject, reading, { eachEvent: false }), issue: warnings.length > 0 }
      })
    },
    async unchanged(claim, page) {
      const seenAt = new Date()
      const nights: Nights = []
      for (const ids of chunksOf(page.eventIds as string[], idsAtOnce)) {
        await tasks.tell(claim, async (tx) => {
          nights.push(...(await seeAgain(tx, ids, seenAt)))
          return { events: [] }
        })
      }
      await tasks.tell(claim, async (tx) => {
        await tx.venuePage.update({ where: { url: page.url }, data: { readAt: seenAt } })
        await grow(tx, claim, page, { pictures: billingsOf(nights), next: page.next as string[] })
        return { events: [] }
      })
    },
    isGone: (claim, { url }) =>
      tasks.tell(claim, async (tx) => {
        const nothing = { eventIds: [], skipped: [], warnings: [], next: [], blocked: false }
        const unknown = { finalUrl: null, etag: null, lastModified: null }
        await tx.venuePage.update({ where: { url }, data: { ...nothing, ...unknown, readAt: new Date() } })
        return { events: [] }
      }),
  }
}

type Nights = Awaited<ReturnType<typeof seeAgain>>

async function seeAgain(tx: Tx, ids: readonly string[], seenAt: Date) {
  const events = await tx.venueEvent.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, date: true, artistId: true, artistSlug: true, venueTag: true, images: true },
  })
  await lockArtists(
    tx,
    events.map(({ artistId }) => artistId),
  )
  await markSeen(tx, ids, seenAt)
  return events.map(({ images, ...event }) => ({ ...event, images: images as unknown[] }))
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}
