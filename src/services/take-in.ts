import { readFile } from 'node:fs/promises'
import { CorruptImageError, SourceUnavailableError } from '../errors.ts'
import type { Image, ImageSource, Source } from '../generated/sqlite/client.ts'
import { findOrCreateArtist, noteListed, place } from './artists.ts'
import type { Bell } from './bell.ts'
import type { Claim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { Intake, ReceivedImage } from './intake.ts'
import { cleanFilename } from './picture-details.ts'
import type { FetchedSource, SourceClient } from './sources/source-client.ts'
import type { Stages } from './stages.ts'
import type { ObjectStore } from './storage/object-store.ts'
import type { Tasks } from './tasks.ts'
import { ensureSets } from './variant-sets.ts'

interface Deps {
  db: Db
  bell: Bell
  tasks: Tasks
  intake: Intake
  sources: { client: SourceClient; originals: ObjectStore; maxBytes: number }
}

/** Who is in a picture, what is made of it, and the rules of where it comes from. */
export interface Errand {
  artistName: string
  venueTag: string | null
  recipes: string[]
  source: ImageSource
  /** what is taken in; anything else is refused */
  mimeTypes: readonly string[]
  obeyRobots: boolean
  /** asked before each request, also those that a redirect leads to; refuses by throwing */
  mayVisit?: (url: URL) => void
  /** what was fetched since then is not asked for again */
  freshSince?: Date
}

type KnownSource = Source & { image: Image | null }
interface Known {
  source: KnownSource
  image: Image
}
/** What an answer says of itself, where it came from, and when. */
type Validators = Pick<Source, 'finalUrl' | 'etag' | 'lastModified' | 'fetchedAt'>

/**
 * Takes in what an address holds, for a task that then waits to be claimed with the image. The owner of the address is
 * told what we have of it, so that what has not changed is not sent again. Throws what the source client and the intake
 * throw.
 */
export type TakeIn = (claim: Claim, url: string, errand: Errand, signal: AbortSignal, stages: Stages) => Promise<void>

/** What tells nothing of whether it has changed is asked for again after so long, ms. */
const trustedMs = 7 * 24 * 3_600_000

export function createTakeIn({ db, bell, tasks, intake, sources }: Deps): TakeIn {
  const { client, originals, maxBytes } = sources

  /** What we have of an address; nothing when the photo is deleted or lost, so that it comes back with its bytes. */
  async function recall(url: string, signal: AbortSignal): Promise<Known | null> {
    const source = await db.source.findUnique({ where: { url }, include: { image: true } })
    if (!source?.image || source.image.deletedAt) return null
    const original = await originals.head(source.image.originalKey, signal)
    return original?.sha256 === source.image.sha256 ? { source, image: source.image } : null
  }

  const fetch = (url: string, known: KnownSource | null, errand: Errand, signal: AbortSignal) =>
    client.fetch(url, {
      ...(known?.finalUrl && {
        conditional: { url: known.finalUrl, etag: known.etag, lastModified: known.lastModified },
      }),
      maxBytes,
      accept: errand.mimeTypes.join(', '),
      obeyRobots: errand.obeyRobots,
      ...(errand.mayVisit && { mayVisit: errand.mayVisit }),
      signal,
    })

  async function attach(
    tx: Tx,
    claim: Claim,
    url: string,
    image: Image,
    { finalUrl, etag, lastModified, fetchedAt }: Validators,
  ): Promise<void> {
    const facts = { finalUrl, etag, lastModified, fetchedAt, imageId: image.id }
    await tx.source.upsert({ where: { url }, create: { url, ...facts }, update: facts })
    await tasks.fetched(tx, claim, image)
  }

  /** What a venue lists now is newer than what it listed before. */
  async function listAnew(tx: Tx, image: Image, { artistName, venueTag, source }: Errand): Promise<void> {
    if (source !== 'VENUE' || venueTag === null) return
    await noteListed(tx, (await findOrCreateArtist(tx, artistName)).id, image.id, venueTag)
  }

  async function take(
    claim: Claim,
    url: string,
    errand: Errand,
    fetched: FetchedSource,
    signal: AbortSignal,
  ): Promise<Image[]> {
    await using file = fetched.file
    const { url: finalUrl, etag, lastModified } = fetched
    const { artistName, venueTag, recipes, mimeTypes } = errand
    const source = { kind: errand.source, url, etag }
    const about = { filename: nameOf(url), artistName, venueTag, recipes, mimeTypes }
    const picture = { ...about, source, load: () => readFile(file.path) }
    const record = async (tx: Tx, received: readonly ReceivedImage[]) => {
      for (const { image } of received) {
        await attach(tx, claim, url, image, { finalUrl, etag, lastModified, fetchedAt: new Date() })
        await listAnew(tx, image, errand)
      }
      return received.map(({ image }) => image)
    }
    // waited for here: the file goes when this returns
    return await intake.receive([picture], record, signal)
  }

  /** What lies there is what we have; who is in it and what is made of it may be new. */
  function keep(claim: Claim, url: string, errand: Errand, { image, source }: Known): Promise<Image[]> {
    return db.$transaction(async (tx) => {
      const artist = await findOrCreateArtist(tx, errand.artistName)
      await place(tx, artist.id, image.id, errand.venueTag)
      await listAnew(tx, image, errand)
      await ensureSets(tx, image.id, () => errand.recipes)
      await attach(tx, claim, url, image, source)
      return [image]
    })
  }

  return async (claim, url, errand, signal, stages) => {
    const known = await stages.run('PREPARE', () => recall(url, signal))
    const get = (source: KnownSource | null) => stages.run('FETCH', () => fetch(url, source, errand, signal))
    const receive = (fetched: FetchedSource) => stages.run('VALIDATE', () => take(claim, url, errand, fetched, signal))
    const fresh = known && isFresh(known.source, errand) ? known : null
    const answer = fresh ? unchanged : await get(known?.source ?? null)
    const images =
      answer.kind === 'unchanged'
        ? await keep(claim, url, errand, fresh ?? askedNow(mustBeKnown(known)))
        : await receive(answer).catch(async (error: unknown) => {
            // it may have been damaged on the way: once more, then it is the source's
            if (!(error instanceof CorruptImageError)) throw error
            const again = await get(null)
            return again.kind === 'fetched' ? receive(again) : []
          })
    bell.ring('run', claim.runId)
    for (const { id } of images) bell.ring('image', id)
  }
}

const unchanged = { kind: 'unchanged' } as const

/** Asked for already in this run; or its owner has no way to say that nothing has changed. */
function isFresh({ fetchedAt, etag, lastModified }: Source, { freshSince }: Errand): boolean {
  if (!freshSince) return false
  return fetchedAt > freshSince || (!etag && !lastModified && Date.now() - fetchedAt.getTime() < trustedMs)
}

/** What was not asked for keeps its date, or what is trusted for some days would be trusted for ever. */
const askedNow = ({ source, image }: Known): Known => ({ image, source: { ...source, fetchedAt: new Date() } })

function mustBeKnown(known: Known | null): Known {
  if (known) return known
  throw new SourceUnavailableError('The source says that nothing has changed, and was not asked whether.', {
    retryable: false,
  })
}

/** The last part of an address's path, or its host. */
function nameOf(url: string): string {
  const { pathname, hostname } = new URL(url)
  const last = pathname.split('/').pop() ?? ''
  try {
    return cleanFilename(decodeURIComponent(last) || hostname)
  } catch {
    // no valid escapes: then it is meant as it is
    return cleanFilename(last)
  }
}
