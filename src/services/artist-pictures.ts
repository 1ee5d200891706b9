import { readFile } from 'node:fs/promises'
import { StorageUnavailableError } from '../errors.ts'
import type { ArtistPicture, Variant } from '../generated/sqlite/client.ts'
import { type PictureKey, pictureKey } from '../venues/picture-key.ts'
import { lockArtists, picturesAreDue } from './artists.ts'
import type { Bell } from './bell.ts'
import { type Choice, choosePicture } from './choose-picture.ts'
import { isNamedByD1 } from './d1-outbox.ts'
import type { Db, Tx } from './db/open-db.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import { aliasCacheControl } from './public-urls.ts'
import { type ArtistToShow, bestPicture, findArtistToShow, noVenue } from './showable.ts'
import type { ObjectStore } from './storage/object-store.ts'

export interface ShowOptions {
  signal: AbortSignal
  /** looks in storage whether what was stored is still there */
  verify: boolean
  /** at this venue alone; elsewhere what is due stays due */
  only?: string | undefined
}

export interface ArtistPictures {
  /**
   * Brings what is shown of an artist, at every venue, to what is to be shown: copies variants to the names that stay,
   * records them, and raises the revision of the venue events that show them. Returns the keys that changed. Throws
   * StorageUnavailableError and its like; then what was copied is on record, and the rest is still due.
   */
  refresh(artistId: string, options: ShowOptions): Promise<string[]>
  /** the picture to show of an artist at a venue (null: without one, undefined: anywhere), and why that one */
  choose(artistId: string, venueTag: string | null | undefined): Promise<Choice | null>
  /** the same for every venue that has to do with the artist, and for uploads without one */
  chooseEverywhere(artistId: string): Promise<VenueChoice[]>
  /** Deletes a batch of what is not shown any more and not named by D1; returns how many. */
  collect(): Promise<number>
}

export interface VenueChoice extends Choice {
  /** null: of uploads without a venue */
  venueTag: string | null
}

interface Deps {
  db: Db
  variants: ObjectStore
  bell: Bell
}

export function createArtistPictures({ db, variants, bell }: Deps): ArtistPictures {
  const oneAtATime = createKeyedMutex()

  /** Brings what lies under the aliases of a venue to what is to be shown there. */
  async function show(
    { artist, venueTag }: { artist: ArtistToShow; venueTag: string },
    options: ShowOptions,
  ): Promise<string[]> {
    const wanted = wantedAt(artist, venueTag)
    const shown = artist.pictures.filter((picture) => picture.venueTag === venueTag)
    const changes: Change[] = []
    const madeAnew: Change[] = []
    for (const { imageId, variant, name } of wanted) {
      const key = pictureKey({ artistSlug: artist.slug, venueTag, name })
      const row = shown.find((each) => each.name === name)
      const change = { row, variant, key, imageId }
      if (row && (await isShown(row, variant, options))) {
        if (row.variantId !== variant.id) madeAnew.push(change)
        continue
      }
      await copy(variant, key, options.signal)
      changes.push(change)
    }
    const over = shown.filter((row) => !row.retiredAt && !wanted.some(({ name }) => name === row.name))
    await db.$transaction(async (tx) => {
      await lockArtists(tx, [artist.id])
      for (const change of changes) await record(tx, artist.id, venueTag, change)
      for (const change of madeAnew) await pointAnew(tx, change)
      for (const row of over) await retire(tx, row)
      await tellEvents(tx, artist, venueTag)
    })
    return [...changes, ...over].map(({ key }) => key)
  }

  /** By its bytes: a variant that was lost and made anew is another row with the same ones. */
  async function isShown(row: ArtistPicture, variant: Variant, { verify, signal }: ShowOptions): Promise<boolean> {
    const { key, sha256, retiredAt } = row
    if (sha256 !== variant.sha256 || retiredAt !== null) return false
    return !verify || (await variants.head(key, signal))?.sha256 === sha256
  }

  async function copy({ key: from, mimeType, sha256 }: Variant, key: string, signal: AbortSignal): Promise<void> {
    await using file = await variants.checkout(from, signal)
    if (!file) throw new StorageUnavailableError(`${from} is missing in storage; process its image again.`)
    const bytes = await readFile(file.path)
    const options = { contentType: mimeType, cacheControl: aliasCacheControl, sha256, ifAbsent: false, signal }
    await variants.put(key, bytes, options)
  }

  async function refresh(artistId: string, options: ShowOptions): Promise<string[]> {
    const artist = await findArtistToShow(db, artistId)
    if (!artist) return []
    const changed: string[] = []
    const venueTags = options.only === undefined ? artist.venueTags : [options.only]
    for (const venueTag of venueTags) changed.push(...(await show({ artist, venueTag }, options)))
    // unless something has happened meanwhile
    if (options.only === undefined)
      await db.artist.updateMany({
        where: { id: artistId, picturesDueAt: artist.picturesDueAt },
        data: { picturesDueAt: null },
      })
    if (changed.length > 0) bell.ring('outbox', artistId)
    return changed
  }

  /** What D1 names, or may come to name by a row that is on the way, is kept until it has acknowledged another. */
  async function forget({ artistId, venueTag, name, key }: ArtistPicture): Promise<boolean> {
    if (await isNamedByD1(db, key)) return false
    const { count } = await db.artistPicture.deleteMany({
      where: { artistId, venueTag, name, retiredAt: { not: null } },
    })
    if (count > 0) await variants.delete(key)
    return count > 0
  }

  /**
   * One at a time for each artist, over all processes, or two could leave the older picture under a name. When another
   * one is at it, what is shown is due again, and `otherwise` is the answer.
   */
  const alone = <T>(artistId: string, otherwise: T, work: () => Promise<T>): Promise<T> =>
    oneAtATime(artistId, async () => {
      const now = new Date()
      const until = new Date(now.getTime() + leaseMs)
      const { count } = await db.artist.updateMany({
        where: { id: artistId, OR: [{ showingUntil: null }, { showingUntil: { lte: now } }] },
        data: { showingUntil: until },
      })
      if (count === 0) {
        await picturesAreDue(db, { id: artistId })
        return otherwise
      }
      try {
        return await work()
      } finally {
        await db.artist.updateMany({ where: { id: artistId, showingUntil: until }, data: { showingUntil: null } })
      }
    })

  return {
    refresh: (artistId, options) => alone(artistId, [], () => refresh(artistId, options)),
    async choose(artistId, venueTag) {
      const artist = await findArtistToShow(db, artistId)
      return artist && choosePicture(artist.placements, { venueTag, pinnedImageId: artist.pinnedImageId })
    },
    async chooseEverywhere(artistId) {
      const artist = await findArtistToShow(db, artistId)
      return artist ? artist.venueTags.flatMap((tag) => choiceAt(artist, tag) ?? []) : []
    },
    async collect() {
      const retired = await db.artistPicture.findMany({ where: { retiredAt: { not: null } }, take: batchSize })
      const forgotten = await Promise.all(
        retired.map((picture) => alone(picture.artistId, false, () => forget(picture))),
      )
      return forgotten.filter(Boolean).length
    },
  }
}

/** How many are deleted at once. */
const batchSize = 50
/** A process that was killed keeps others from an artist for so long, ms; copying two small files takes a moment. */
const leaseMs = 120_000

interface Change {
  row: ArtistPicture | undefined
  variant: Variant
  key: string
  imageId: string
}

interface Wanted {
  imageId: string
  variant: Variant
  name: PictureKey['name']
}

function choiceAt({ placements, pinnedImageId }: ArtistToShow, tag: string): VenueChoice | null {
  const venueTag = tag === noVenue ? null : tag
  const choice = choosePicture(placements, { venueTag, pinnedImageId })
  return choice && { ...choice, venueTag }
}

/** What is to lie under the aliases of a venue. */
function wantedAt(artist: ArtistToShow, venueTag: string): Wanted[] {
  const choice = choiceAt(artist, venueTag)
  if (!choice) return []
  const { imageId } = choice
  return (artist.variantsOf.get(imageId) ?? []).flatMap((variant) => {
    const { name } = variant
    return name === 'main' || name === 'hd' ? [{ imageId, variant, name }] : []
  })
}

async function record(tx: Tx, artistId: string, venueTag: string, { row, variant, key, imageId }: Change) {
  const { id: variantId, name, sha256, byteSize, width, height } = variant
  const facts = { imageId, variantId, sha256, byteSize, width, height, key, retiredAt: null, storedAt: new Date() }
  await tx.artistPicture.upsert({
    where: { artistId_venueTag_name: { artistId, venueTag, name } },
    create: { artistId, venueTag, name, ...facts },
    update: { ...facts, revision: (row?.revision ?? 0) + 1 },
  })
}

/** What lies there stays; what it was made of is another row. */
async function pointAnew(tx: Tx, { row, variant, imageId }: Change): Promise<void> {
  if (!row) return
  const { artistId, venueTag, name, revision } = row
  await tx.artistPicture.updateMany({
    where: { artistId, venueTag, name, revision },
    data: { imageId, variantId: variant.id, revision: revision + 1 },
  })
}

async function retire(tx: Tx, { artistId, venueTag, name, revision }: ArtistPicture): Promise<void> {
  await tx.artistPicture.updateMany({
    where: { artistId, venueTag, name, revision },
    data: { retiredAt: new Date(), revision: revision + 1 },
  })
}

/** The events of the artist at the venue name what is shown now. */
async function tellEvents(tx: Tx, { id: artistId }: ArtistToShow, venueTag: string): Promise<void> {
  const pictures = await tx.artistPicture.findMany({ where: { artistId, venueTag, retiredAt: null } })
  const best = bestPicture(pictures)
  const [key, sha256] = [best?.key ?? null, best?.sha256 ?? null]
  await tx.$executeRaw`
    UPDATE "VenueEvent" SET "pictureKey" = ${key}, "pictureSha256" = ${sha256}, "revision" = "revision" + 1
    WHERE "artistId" = ${artistId} AND "venueTag" = ${venueTag}
      AND ("pictureKey" IS DISTINCT FROM ${key} OR "pictureSha256" IS DISTINCT FROM ${sha256})`
}
