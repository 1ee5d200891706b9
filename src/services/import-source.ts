import { readFile } from 'node:fs/promises'
import { CorruptImageError, SourceUnavailableError } from '../errors.ts'
import type { Image, Source } from '../generated/sqlite/client.ts'
import { findOrCreateArtist, place } from './artists.ts'
import type { Bell } from './bell.ts'
import type { Claim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import { acceptedMimeTypes } from './image-header.ts'
import type { Intake, ReceivedImage } from './intake.ts'
import { cleanFilename } from './picture-details.ts'
import { firstScope, type ImportScope } from './run-scope.ts'
import type { FetchedSource, SourceClient } from './sources/source-client.ts'
import type { ObjectStore } from './storage/object-store.ts'
import type { Tasks } from './tasks.ts'
import { ensureSets } from './variant-sets.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  bell: Bell
  tasks: Tasks
  intake: Intake
  sources: { client: SourceClient; originals: ObjectStore; maxBytes: number }
}

type KnownSource = Source & { image: Image | null }
/** What an answer says of itself, and where it came from. */
type Validators = Pick<Source, 'finalUrl' | 'etag' | 'lastModified'>

/**
 * The job that takes in what an address holds. Its owner is told what we have of it, so that what has not changed is
 * not sent again. The task then waits to be claimed with the image.
 */
export function createImportSource({ db, bell, tasks, intake, sources }: Deps): Job {
  const { client, originals, maxBytes } = sources

  /** What we have of an address; nothing when the photo is deleted or lost, so that it comes back with its bytes. */
  async function recall(url: string, signal: AbortSignal): Promise<{ source: KnownSource; image: Image } | null> {
    const source = await db.source.findUnique({ where: { url }, include: { image: true } })
    if (!source?.image || source.image.deletedAt) return null
    const original = await originals.head(source.image.originalKey, signal)
    return original?.sha256 === source.image.sha256 ? { source, image: source.image } : null
  }

  const fetch = (url: string, known: KnownSource | null, signal: AbortSignal) =>
    client.fetch(url, {
      ...(known?.finalUrl && {
        conditional: { url: known.finalUrl, etag: known.etag, lastModified: known.lastModified },
      }),
      maxBytes,
      accept: acceptedMimeTypes.join(', '),
      obeyRobots: false,
      signal,
    })

  async function attach(
    tx: Tx,
    claim: Claim,
    image: Image,
    { finalUrl, etag, lastModified }: Validators,
  ): Promise<void> {
    const facts = { finalUrl, etag, lastModified, imageId: image.id, fetchedAt: new Date() }
    const url = claim.subject
    await tx.source.upsert({ where: { url }, create: { url, ...facts }, update: facts })
    await tasks.fetched(tx, claim, image)
  }

  async function take(claim: Claim, fetched: FetchedSource, signal: AbortSignal): Promise<Image[]> {
    await using file = fetched.file
    const { url: finalUrl, etag, lastModified } = fetched
    const { artistName, venueTag, recipes } = importScope(claim)
    const source = { kind: 'URL' as const, url: claim.subject, etag }
    const about = { filename: nameOf(claim.subject), artistName, venueTag, recipes }
    const picture = { ...about, source, load: () => readFile(file.path) }
    const record = async (tx: Tx, received: readonly ReceivedImage[]) => {
      for (const { image } of received) await attach(tx, claim, image, { finalUrl, etag, lastModified })
      return received.map(({ image }) => image)
    }
    return intake.receive([picture], record, signal)
  }

  /** What lies there is what we have; who is in it and what is made of it may be new. */
  function keep(claim: Claim, image: Image, source: Source): Promise<Image[]> {
    const { artistName, venueTag, recipes } = importScope(claim)
    return db.$transaction(async (tx) => {
      const artist = await findOrCreateArtist(tx, artistName)
      await place(tx, artist.id, image.id, venueTag)
      await ensureSets(tx, image.id, () => recipes)
      await attach(tx, claim, image, source)
      return [image]
    })
  }

  return async (claim, signal, stages) => {
    const url = claim.subject
    const known = await stages.run('PREPARE', () => recall(url, signal))
    const get = (source: KnownSource | null) => stages.run('FETCH', () => fetch(url, source, signal))
    const receive = (fetched: FetchedSource) => stages.run('VALIDATE', () => take(claim, fetched, signal))
    const answer = await get(known?.source ?? null)
    const images =
      answer.kind === 'unchanged'
        ? await keep(claim, ...unchanged(known))
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

function unchanged(known: { source: KnownSource; image: Image } | null): [Image, KnownSource] {
  if (!known)
    throw new SourceUnavailableError('The source says that nothing has changed, and was not asked whether.', {
      retryable: false,
    })
  return [known.image, known.source]
}

function importScope({ scope, subject }: Claim): ImportScope {
  const first = firstScope(scope)
  if (first.kind !== 'IMPORT') throw new Error(`${subject} is not to be fetched.`)
  return first
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
