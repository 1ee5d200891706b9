import { readFile } from 'node:fs/promises'
import { SourceBlockedError, SourceUnavailableError } from '../errors.ts'
import type { Prisma, VenuePage } from '../generated/sqlite/client.ts'
import { isBeyondTheEnd } from '../venues/end-of-listing.ts'
import type { PageReading } from '../venues/listing.ts'
import { readerRevision, readPage } from '../venues/read-page.ts'
import { isVenueSource } from '../venues/venue-list.ts'
import type { Claim } from './claims.ts'
import type { Db } from './db/open-db.ts'
import { count, describePage } from './describe-page.ts'
import { createRecordPage, type PageValidators } from './record-page.ts'
import type { NewRunEvent } from './run-events.ts'
import { firstScope, type ScrapeScope } from './run-scope.ts'
import { isToBeDoneAgain } from './settle-task.ts'
import type { SourceClient } from './sources/source-client.ts'
import type { Stages } from './stages.ts'
import type { Tasks } from './tasks.ts'
import type { VenueHosts } from './venue-hosts.ts'
import { forgetLook } from './venue-pages.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  tasks: Tasks
  client: SourceClient
  hosts: VenueHosts
}

/** A page of events is about 1 MB; more is not a page of events, bytes. */
const maxPageBytes = 8 * 1024 * 1024

interface Fetched {
  body: Uint8Array
  contentType: string | null
  validators: PageValidators
}

/**
 * The job that reads a page of a venue: its events are recorded, and each artist at a venue with a picture on it
 * becomes a task of the run. A page that has not changed costs one conditional request, and its tasks are the same.
 */
export function createReadVenuePage({ db, tasks, client, hosts }: Deps): Job {
  const recordPage = createRecordPage({ tasks })

  async function fetchPage(page: VenuePage, signal: AbortSignal): Promise<Fetched | 'unchanged'> {
    if (page.document) return { body: page.document, contentType: null, validators: null }
    if (!page.url.startsWith('http')) return mustBeRead(page)
    const { url, finalUrl, etag, lastModified, blocked, reader } = page
    const answer = await client.fetch(url, {
      // what could not be read, or not by this reader, is read again: whoever mended it wants to know
      ...(finalUrl && !blocked && reader === readerRevision && { conditional: { url: finalUrl, etag, lastModified } }),
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
      now: new Date(),
      ...(contentType !== null && { contentType }),
    })
  }

  /** What was read before stays as it was. */
  const noteBlocked = ({ url }: VenuePage, { warnings, skipped }: PageReading) =>
    db.venuePage.update({
      where: { url },
      data: { blocked: true, warnings, skipped: skipped as unknown as Prisma.InputJsonArray, readAt: new Date() },
    })

  async function getPage(page: VenuePage, signal: AbortSignal): Promise<Fetched | 'unchanged' | 'gone'> {
    try {
      return await fetchPage(page, signal)
    } catch (error) {
      if (isEndOfListing(page, error)) return 'gone'
      throw error
    }
  }

  async function readAndRecord(claim: Claim, page: VenuePage, signal: AbortSignal, stages: Stages): Promise<void> {
    const fetched = await stages.run('FETCH', () => getPage(page, signal))
    if (fetched === 'gone') {
      await stages.run('PERSIST', () => recordPage.isGone(claim, page))
      return tasks.skip(claim, isOver(page))
    }
    if (fetched === 'unchanged') {
      await stages.run('PERSIST', () => recordPage.unchanged(claim, page))
      return tasks.skip(claim, isAsBefore(page))
    }
    const reading = await stages.run('VALIDATE', async () => read(page, fetched))
    if (reading.blocked) await noteBlocked(page, reading)
    await stages.run('VALIDATE', async () => mustNotBeBlocked(reading))
    await stages.run('PERSIST', () => recordPage.read(claim, page, reading, fetched.validators))
    await tasks.succeed(claim)
  }

  /** What is only looked at is looked at whole, and nothing of it stays. */
  async function look(claim: Claim, page: VenuePage, signal: AbortSignal, stages: Stages): Promise<void> {
    const fetched = await stages.run('FETCH', () => getPage({ ...page, finalUrl: null }, signal))
    if (typeof fetched === 'string') {
      await forget(claim)
      return tasks.skip(claim, fetched === 'gone' ? isOver(page) : isAsBefore(page))
    }
    const reading = await stages.run('VALIDATE', async () => mustNotBeBlocked(read(page, fetched)))
    await stages.run('PERSIST', () => forget(claim, describePage(page.url, reading, { eachEvent: true })))
    await tasks.succeed(claim)
  }

  const forget = (claim: Claim, events: readonly NewRunEvent[] = []) =>
    tasks.tell(claim, async (tx) => {
      await forgetLook(tx, claim.subject)
      return { events }
    })

  return async (claim, signal, stages) => {
    const page = await db.venuePage.findUnique({ where: { url: claim.subject } })
    if (!page) {
      const message = `The page ${claim.subject} is not known any more; begin a new scrape with it.`
      throw new SourceUnavailableError(message, { retryable: false })
    }
    if (!scrapeScope(claim).dryRun) return readAndRecord(claim, page, signal, stages)
    await look(claim, page, signal, stages).catch(async (error: unknown) => {
      if (!isToBeDoneAgain(claim, error, signal)) await forget(claim)
      throw error
    })
  }
}

const isOver = ({ url }: VenuePage) => `${url} comes after the last page of its listing.`

const isAsBefore = ({ url, eventIds }: VenuePage) =>
  `${url} has not changed since it was read: ${count((eventIds as string[]).length, 'event')}.`

/** A page that its listing does not have any more is nothing that went wrong. */
function isEndOfListing({ source, url }: VenuePage, error: unknown): boolean {
  if (!(error instanceof SourceUnavailableError) || !isVenueSource(source)) return false
  return isBeyondTheEnd(source, url, error.httpStatus)
}

function mustNotBeBlocked(reading: PageReading): PageReading {
  if (!reading.blocked) return reading
  const why = reading.warnings.length > 0 ? ` (${reading.warnings.join(' ')})` : ''
  throw new SourceBlockedError(
    `The page shows no events that can be read: the site blocks us, or has changed${why}. What was read before is kept.`,
  )
}

/** What was handed over is not kept once it has been read; then it can only be what it was. */
function mustBeRead({ readAt, blocked }: VenuePage): 'unchanged' {
  if (readAt && !blocked) return 'unchanged'
  throw new SourceUnavailableError('The file of this page is not kept any more; hand it over again.', {
    retryable: false,
  })
}

function scrapeScope({ scope, subject }: Claim): ScrapeScope {
  const first = firstScope(scope)
  if (first.kind !== 'SCRAPE') throw new Error(`${subject} is not to be read.`)
  return first
}
