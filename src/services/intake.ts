import { createHash } from 'node:crypto'
import { Semaphore } from 'async-mutex'
import { AppError } from '../errors.ts'
import type { Image, ImageSource } from '../generated/sqlite/client.ts'
import { foldForSearch } from '../venues/artist-slug.ts'
import { findOrCreateArtist, picturesAreDue, place, showing } from './artists.ts'
import type { Db, Tx } from './db/open-db.ts'
import { isUniqueViolation } from './db/sql.ts'
import { type ImageHeader, inspectImage, type Limits } from './image-header.ts'
import { newOriginalKey } from './original-keys.ts'
import type { PictureDetails } from './picture-details.ts'
import type { ObjectStore } from './storage/object-store.ts'
import { createSets, ensureSets, lacksUnits, type WantedSet } from './variant-sets.ts'

/** A file that is to become an image. */
export interface Picture extends PictureDetails {
  source: { kind: ImageSource; url: string | null; etag: string | null }
  /** what may come in, where it is less than everything */
  mimeTypes?: readonly string[]
  /** what the sentence of a failure begins with, where there are several files */
  label?: string
  /** its bytes; asked for when it is its turn, so that few files are in memory at once */
  load(): Promise<Uint8Array>
}

export interface ReceivedImage {
  image: Image
  sets: WantedSet[]
  /** the image was known before */
  duplicate: boolean
}

/** The images among these that have something to make, each once. */
export function lackingImages(received: readonly Pick<ReceivedImage, 'image' | 'sets'>[]): Image[] {
  const lacking = received.filter(({ sets }) => lacksUnits(sets)).map(({ image }) => image)
  return [...new Map(lacking.map((image) => [image.id, image])).values()]
}

export interface Intake {
  /**
   * Takes pictures in, all or none: their originals are stored, then one transaction records the images, who is in
   * them, and whatever `also` does. The same bytes are the same image. Throws the error of the first rule broken or
   * the reason of the signal; then nothing is kept.
   */
  receive<T>(
    pictures: readonly Picture[],
    also: (tx: Tx, received: ReceivedImage[]) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
}

/** Files in memory at once, over all who send. */
const filesAtOnce = 4

interface Deps {
  db: Db
  originals: ObjectStore
  limits: Limits
}

interface Inspected {
  sha256: string
  bytes: Uint8Array
  header: ImageHeader
}

/** A picture whose bytes are in storage. */
interface Kept {
  picture: Picture
  header: ImageHeader
  byteSize: number
  sha256: string
  key: string
  /** the key of an original of these bytes that is gone or damaged */
  replaces: string | null
  /** it was stored just now, not found there */
  fresh: boolean
}

/** The image whose original was found has been collected meanwhile, and the original with it. */
class CollectedError extends Error {
  override readonly name = 'CollectedError'
}

export function createIntake({ db, originals, limits }: Deps): Intake {
  const memory = new Semaphore(filesAtOnce)

  async function keep(picture: Picture, signal?: AbortSignal): Promise<Kept> {
    signal?.throwIfAborted()
    try {
      return await inspectAndKeep(picture, signal)
    } catch (error) {
      throw picture.label !== undefined && error instanceof AppError ? error.about(picture.label) : error
    }
  }

  async function inspectAndKeep(picture: Picture, signal?: AbortSignal): Promise<Kept> {
    const bytes = await picture.load()
    const header = await inspectImage(bytes, limits, picture.mimeTypes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const kept = await keepOriginal({ sha256, bytes, header }, signal)
    return { picture, header, byteSize: bytes.byteLength, sha256, ...kept }
  }

  /** Stores the bytes under a name nobody can guess, unless the original of these bytes is there and whole. */
  async function keepOriginal({ sha256, bytes, header }: Inspected, signal?: AbortSignal) {
    const known = await db.image.findUnique({ where: { sha256 }, select: { originalKey: true } })
    const whole = known && (await originals.head(known.originalKey, signal))?.sha256 === sha256
    if (whole) return { key: known.originalKey, replaces: null, fresh: false }
    const key = newOriginalKey(header.format)
    const options = { contentType: header.mimeType, cacheControl: 'private', sha256, ifAbsent: true }
    await originals.put(key, bytes, { ...options, ...(signal && { signal }) })
    return { key, replaces: known?.originalKey ?? null, fresh: true }
  }

  /**
   * Deletes originals that no image has come to use, and those that were replaced. What cannot be deleted now is found
   * when storage is compared with the database; what has been recorded, or has failed before, is what counts.
   */
  async function tidy(kept: readonly Kept[], named: ReadonlySet<string>): Promise<void> {
    const fresh = kept.filter((each) => each.fresh)
    for (const key of fresh.flatMap((each) => [each.key, each.replaces ?? []].flat())) {
      if (!named.has(key) && !(await isNamed(key))) await originals.delete(key).catch(() => {})
    }
  }

  /** A commit may have been done though its answer was lost; while that cannot be known, the file stays. */
  const isNamed = (originalKey: string) =>
    db.image.count({ where: { originalKey } }).then(
      (count) => count > 0,
      () => true,
    )

  async function tryToReceive<T>(
    pictures: readonly Picture[],
    also: (tx: Tx, received: ReceivedImage[]) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const kept: Kept[] = []
    /** original keys that were committed */
    let named: ReadonlySet<string> = new Set()
    const record = async () => {
      const [result, keys] = await db.$transaction(async (tx) => {
        const received = await recordAll(tx, kept)
        return [await also(tx, received), received.map(({ image }) => image.originalKey)] as const
      })
      named = new Set(keys)
      return result
    }
    try {
      for (const picture of pictures) kept.push(await memory.runExclusive(() => keep(picture, signal)))
      // the same new bytes twice at once: the second finds the first's row
      return await record().catch((error: unknown) => {
        if (isUniqueViolation(error)) return record()
        throw error
      })
    } finally {
      await tidy(kept, named)
    }
  }

  return {
    receive: (pictures, also, signal) =>
      tryToReceive(pictures, also, signal).catch((error: unknown) => {
        if (error instanceof CollectedError) return tryToReceive(pictures, also, signal)
        throw error
      }),
  }
}

async function recordAll(tx: Tx, kept: readonly Kept[]): Promise<ReceivedImage[]> {
  const received: ReceivedImage[] = []
  for (const each of kept) received.push(await record(tx, each))
  return received
}

/** Image, artist, placement and sets of one picture. */
async function record(tx: Tx, kept: Kept): Promise<ReceivedImage> {
  const { artistName, venueTag, recipes } = kept.picture
  const known = await tx.image.findUnique({ where: { sha256: kept.sha256 } })
  if (!known && !kept.fresh) throw new CollectedError(`The image ${kept.sha256} was collected meanwhile.`)
  const image = known ? await renew(tx, known, kept) : await createImage(tx, kept)
  if (artistName !== null) {
    const artist = await findOrCreateArtist(tx, artistName)
    await place(tx, artist.id, image.id, venueTag)
  }
  const sets = known ? await ensureSets(tx, image.id, () => recipes) : await createSets(tx, image, recipes)
  return { image, sets, duplicate: known !== null }
}

function createImage(tx: Tx, { picture, header, key, byteSize, sha256 }: Kept): Promise<Image> {
  const { filename, source } = picture
  return tx.image.create({
    data: {
      ...header,
      sha256,
      filename,
      byteSize,
      originalKey: key,
      searchKey: foldForSearch(filename),
      source: source.kind,
      sourceUrl: source.url,
      sourceEtag: source.etag,
      warnings: [],
    },
  })
}

/** Sent again, a deleted image is back, and a lost original is replaced. That a venue still lists it brings nothing back. */
async function renew(tx: Tx, image: Image, { picture, key, replaces }: Kept): Promise<Image> {
  const originalKey = image.originalKey === replaces ? key : image.originalKey
  const isBack = image.deletedAt !== null && picture.source.kind !== 'VENUE'
  if (isBack) await picturesAreDue(tx, showing(image.id))
  if (!isBack && image.originalKey === originalKey) return image
  return tx.image.update({ where: { id: image.id }, data: { originalKey, ...(isBack && { deletedAt: null }) } })
}
