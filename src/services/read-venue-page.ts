import { readFile } from 'node:fs/promises'
import { SourceBlockedError, SourceUnavailableError } from '../errors.ts'
import type { Prisma, VenuePage } from '../generated/sqlite/client.ts'
import type { ListedEvent, PageReading } from '../venues/listing.ts'
import { readPage } from '../venues/read-page.ts'
import { isVenueSource } from '../venues/venue-list.ts'
import type { Claim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { NewRunEvent } from './run-events.ts'
import { firstScope, isPage, type ScrapeScope } from './run-scope.ts'
import { growPlan } from './run-states.ts'
import type { SourceClient } from './sources/source-client.ts'
import type { Tasks } from './tasks.ts'
import { billingSubject, findBillings, recordEvents } from './venue-events.ts'
import type { VenueHosts } from './venue-hosts.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  tasks: Tasks
  client: SourceClient
  hosts: VenueHosts
}

/** A page of events is about 1 MB; more is not a page of events, bytes. */
const maxPageBytes = 8 * 1024 * 1024
/** What pages of a run lead to is followed so far. */
const maxPages = 60
/** Events and entries of a page that are told one by one. */
const maxTold = 200

interface Fetched {
  body: Uint8Array
  contentType: string | null
  /** null for what was handed over */
  validators: Pick<VenuePage, 'finalUrl' | 'etag' | 'lastModified'> | null
}

/**
 * The job that reads a page of a venue: its events are recorded, and each artist at a venue with a picture on it
 * becomes a task of the run. A page that has not changed costs one conditional request, and its tasks are the same.
 */
export function createReadVenuePage({ db, tasks, client, hosts }: Deps): Job {
  async function fetchPage(page: VenuePage, signal: AbortSignal): Promise<Fetched | 'unchanged'> {
    if (page.document) return { body: page.document, contentType: null, validators: null }
    if (!page.url.startsWith('http')) return mustBeRead(page)
    const { url, finalUrl, etag, lastModified, blocked } = page
    const answer = await client.fetch(url, {
      // what could not be read is read again: whoever mended the reader wants to know
      ...(finalUrl && !blocked && { conditional: { url: finalUrl, etag, lastModified } }),
      maxBytes: maxPageBytes,
      accept: 'text/html, application/json;q=0.9',
      obeyRobots: true,
      mayVisit: hosts.mayVisit,
      signal,
    })
    if (answer.kind === 'unchanged') return 'unchanged'
    await using file = answer.file
    const validators = { finalUrl: answer.url, etag: answer.etag, lastModified: answer.lastModified }
    return { body: await readFile(file.path), contentType: answer.contentType, validators }
  }

  function read(page: VenuePage, { body, contentType, validators }: Fetched): PageReading {
    if (!isVenueSource(page.source)) throw new Error(`${page.source} is no source of venue events.`)
    return readPage(page.source, body, {
      pageUrl: validators?.finalUrl ?? page.url,
      mirrorHosts: hosts.mirrorHosts,
      ...(contentType !== null && { contentType }),
    })
  }

  /** What was read before stays as it was. */
  async function refuse(page: VenuePage, { warnings, skipped }: PageReading, dryRun: boolean): Promise<never> {
    const facts = { blocked: true, warnings, skipped: skipped as unknown as Prisma.InputJsonArray }
    if (!dryRun) await db.venuePage.update({ where: { url: page.url }, data: { ...facts, readAt: new Date() } })
    const why = warnings.length > 0 ? ` (${warnings.join(' ')})` : ''
    throw new SourceBlockedError(
      `The page shows no events that can be read: the site blocks us, or has changed${why}. What was read before is kept.`,
    )
  }

  /** The pictures and pages that this one leads to, and that the run does not have yet. */
  async function grow(tx: Tx, claim: Claim, page: VenuePage, eventIds: string[], next: string[]): Promise<string[]> {
    const billings = await findBillings(tx, eventIds)
    const known = await tx.task.findMany({ where: { runId: claim.runId }, select: { subject: true } })
    const subjects = new Set(known.map(({ subject }) => subject))
    const room = maxPages - [...subjects].filter(isPage).length
    const pages = next.filter((url) => !subjects.has(url)).slice(0, Math.max(0, room))
    for (const url of pages)
      await tx.venuePage.upsert({ where: { url }, create: newPage(url, page.source), update: {} })
    const pictures = [...new Set(billings.map(billingSubject))].filter((subject) => !subjects.has(subject))
    const added = [...pages, ...pictures]
    if (added.length > 0) {
      await growPlan(
        tx,
        claim.runId,
        added.map((subject) => ({ subject, imageId: null, plannedWork: 1 })),
      )
    }
    return added
  }

  function record(claim: Claim, page: VenuePage, reading: PageReading, { validators }: Fetched): Promise<void> {
    return tasks.tell(claim, async (tx) => {
      await recordEvents(tx, reading.events)
      const eventIds = reading.events.map(({ id }) => id)
      const { next, skipped, warnings } = reading
      await tx.venuePage.update({
        where: { url: page.url },
        data: {
          ...validators,
          eventIds,
          next,
          warnings,
          skipped: skipped as unknown as Prisma.InputJsonArray,
          blocked: false,
          document: null,
          readAt: new Date(),
        },
      })
      await grow(tx, claim, page, eventIds, next)
      return { events: describe(claim, reading, false), issue: warnings.length > 0 }
    })
  }

  /** What it lists is what it listed before; each picture is looked at all the same. */
  const keep = (claim: Claim, page: VenuePage) =>
    tasks.tell(claim, async (tx) => {
      const eventIds = page.eventIds as string[]
      await tx.venuePage.update({ where: { url: page.url }, data: { readAt: new Date() } })
      await tx.venueEvent.updateMany({ where: { id: { in: eventIds } }, data: { seenAt: new Date() } })
      await grow(tx, claim, page, eventIds, page.next as string[])
      return { events: [] }
    })

  return async (claim, signal, stages) => {
    const { dryRun } = scrapeScope(claim)
    const page = await db.venuePage.findUnique({ where: { url: claim.subject } })
    if (!page)
      throw new SourceUnavailableError(`The page ${claim.subject} is not known any more.`, { retryable: false })
    // what is only looked at is looked at whole
    const known = dryRun ? { ...page, finalUrl: null } : page
    const fetched = await stages.run('FETCH', () => fetchPage(known, signal))
    if (fetched === 'unchanged') {
      await stages.run('PERSIST', () => keep(claim, page))
      const events = count((page.eventIds as string[]).length, 'event')
      return tasks.skip(claim, `${claim.subject} has not changed since it was read: ${events}.`)
    }
    const reading = await stages.run('VALIDATE', async () => read(page, fetched))
    if (reading.blocked) return stages.run('VALIDATE', () => refuse(page, reading, dryRun))
    await stages.run('PERSIST', () =>
      dryRun ? tasks.tell(claim, (tx) => onlyTell(tx, claim, reading)) : record(claim, page, reading, fetched),
    )
    await tasks.succeed(claim, stages.durations)
  }
}

/** Nothing of it stays, unless it had been read before. */
async function onlyTell(tx: Tx, claim: Claim, reading: PageReading) {
  await tx.venuePage.deleteMany({ where: { url: claim.subject, readAt: null } })
  return { events: describe(claim, reading, true) }
}

/** What was handed over is not kept once it has been read; then it can only be what it was. */
function mustBeRead({ readAt, blocked }: VenuePage): 'unchanged' {
  if (readAt && !blocked) return 'unchanged'
  throw new SourceUnavailableError('The file of this page is not kept any more; hand it over again.', {
    retryable: false,
  })
}

/** A page that is to be read, and has not been yet. */
export const newPage = (url: string, source: string) => ({
  url,
  source,
  eventIds: [],
  skipped: [],
  warnings: [],
  next: [],
})

function scrapeScope({ scope, subject }: Claim): ScrapeScope {
  const first = firstScope(scope)
  if (first.kind !== 'SCRAPE') throw new Error(`${subject} is not to be read.`)
  return first
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

function describe({ subject }: Claim, { events, skipped, warnings }: PageReading, eachEvent: boolean): NewRunEvent[] {
  const summary = `${subject}: ${count(events.length, 'event')}, ${skipped.length} skipped.`
  const found = eachEvent ? events.map(describeEvent) : []
  const missed = [...skipped.map(({ title, reason }) => `Skipped "${title}": ${reason}.`), ...warnings]
  const told: NewRunEvent[] = [
    { type: 'PAGE_READ', message: summary },
    ...found.map((message) => ({ type: 'EVENT_FOUND' as const, message })),
    ...missed.map((message) => ({ type: 'EVENT_SKIPPED' as const, message })),
  ]
  return told.slice(0, maxTold)
}

function describeEvent({ date, venue, venueTag, artistName, artistSlug, images }: ListedEvent): string {
  return `${date}, ${venue} (${venueTag}): ${artistName} (${artistSlug}), ${count(images.length, 'picture')}.`
}
