import { readFile } from 'node:fs/promises'
import { StorageUnavailableError } from '../errors.ts'
import type { ArtistPicture, Variant } from '../generated/sqlite/client.ts'
import { type PictureKey, pictureKey } from '../venues/picture-key.ts'
import type { Bell } from './bell.ts'
import { type Choice, choosePicture } from './choose-picture.ts'
import type { Db, Tx } from './db/open-db.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import { aliasCacheControl } from './public-urls.ts'
import { type ArtistToShow, bestPicture, findArtistToShow, noVenue } from './showable.ts'
import type { ObjectStore } from './storage/object-store.ts'

export interface ShowOptions {
  signal: AbortSignal
  /** looks in storage whether what was stored is still there */
  verify: boolean
  only?: string | undefined // shows and verifies just this venue, and leaves what is due
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
  /** Deletes a batch of what is not shown any more and not named by D1; returns how many. */
  collect(): Promise<number>
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
    for (const { imageId, variant, name } of wanted) {
      const key = pictureKey({ artistSlug: artist.slug, venueTag, name })
      const row = shown.find((each) => each.name === name)
      if (row && (await isShown(row, variant, options))) continue
      await copy(variant, key, options.signal)
      changes.push({ row, variant, key, imageId })
    }
    const over = shown.filter((row) => !row.retiredAt && !wanted.some(({ name }) => name === row.name))
    await db.$transaction(async (tx) => {
      for (const change of changes) await record(tx, artist.id, venueTag, change)
      for (const row of over) await retire(tx, row)
      await tellEvents(tx, artist, venueTag)
    })
    return [...changes, ...over].map(({ key }) => key)
  }

  async function isShown(row: ArtistPicture, variant: Variant, { verify, signal }: ShowOptions): Promise<boolean> {
    const { key, sha256, variantId, retiredAt } = row
    if (variantId !== variant.id || sha256 !== variant.sha256 || retiredAt !== null) return false
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
    for (const venueTag of artist.venueTags) changed.push(...(await show({ artist, venueTag }, options)))
    // unless something has happened meanwhile
    await db.artist.updateMany({
      where: { id: artistId, picturesDueAt: artist.picturesDueAt },
      data: { picturesDueAt: null },
    })
    if (changed.length > 0) bell.ring('outbox', artistId)
    return changed
  }

  /** What D1 names is kept until it has acknowledged that it does not any more. */
  async function forget({ artistId, venueTag, name, key }: ArtistPicture): Promise<boolean> {
    const named = await db.venueEvent.count({
      where: { artistId, venueTag, syncedRevision: { gt: 0, lt: db.venueEvent.fields.revision } },
    })
    if (named > 0) return false
    const { count } = await db.artistPicture.deleteMany({
      where: { artistId, venueTag, name, retiredAt: { not: null } },
    })
    if (count > 0) await variants.delete(key)
    return count > 0
  }

  return {
    refresh: (artistId, options) => oneAtATime(artistId, () => refresh(artistId, options)),
    async choose(artistId, venueTag) {
      const artist = await findArtistToShow(db, artistId)
      return artist && choosePicture(artist.placements, { venueTag, pinnedImageId: artist.pinnedImageId })
    },
    async collect() {
      const retired = await db.artistPicture.findMany({ where: { retiredAt: { not: null } }, take: batchSize })
      const forgotten = await Promise.all(retired.map((picture) => oneAtATime(picture.artistId, () => forget(picture))))
      return forgotten.filter(Boolean).length
    },
  }
}

/** How many are deleted at once. */
const batchSize = 50

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

/** What is to lie under the aliases of a venue. */
function wantedAt({ placements, pinnedImageId, variantsOf }: ArtistToShow, venueTag: string): Wanted[] {
  const choice = choosePicture(placements, { venueTag: venueTag === noVenue ? null : venueTag, pinnedImageId })
  if (!choice) return []
  const { imageId } = choice
  return (variantsOf.get(imageId) ?? []).flatMap((variant) => {
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
