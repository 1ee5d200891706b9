import { decodeHTML } from 'entities'
import { v7 as timeOrderedId } from 'uuid'
import { InvalidInputError } from '../errors.ts'
import { type Artist, Prisma } from '../generated/sqlite/client.ts'
import { foldForSearch, slugifyArtist } from '../venues/artist-slug.ts'
import type { Db, Tx } from './db/open-db.ts'

const maxNameLength = 200
const maxAliases = 50
const venueTagPattern = /^[a-z]{2,10}$/

/** `field` is what the input calls it. Throws InvalidInputError. */
export function checkArtistName(name: string, field: string): string {
  const clean = decodeHTML(name)
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
  if (clean === '') throw new InvalidInputError(field, 'Name the artist who is in the picture.')
  if (clean.length > maxNameLength) {
    throw new InvalidInputError(field, `An artist name has at most ${maxNameLength} characters.`)
  }
  return clean
}

/** Throws InvalidInputError. */
export function checkVenueTag(tag: string | null): string | null {
  if (tag === null || venueTagPattern.test(tag)) return tag
  throw new InvalidInputError('venueTag', `A venue tag is 2 to 10 lower-case letters, which "${tag}" is not.`)
}

/** The artist of that name, made when new. Two spellings with one slug are one artist. */
export async function findOrCreateArtist(tx: Tx, name: string): Promise<Artist> {
  const slug = slugifyArtist(name)
  // an upsert that finds it looks three times
  const known = await tx.artist.findUnique({ where: { slug } })
  return (
    known ??
    tx.artist.upsert({
      where: { slug },
      // with nothing to update it would look and then create, and lose the race with another process
      update: { slug },
      create: { slug, name, aliases: [], searchKey: foldForSearch(slug, name) },
    })
  )
}

/** The image shows the artist at the venue; said twice, it is one placement. */
export async function place(tx: Tx, artistId: string, imageId: string, venueTag: string | null): Promise<void> {
  const placed = await tx.$executeRaw`
    INSERT INTO "Placement" ("id", "artistId", "imageId", "venueTag", "createdAt")
    VALUES (${timeOrderedId()}, ${artistId}, ${imageId}, ${venueTag}, ${new Date()}) ON CONFLICT DO NOTHING`
  if (placed > 0) await picturesAreDue(tx, { id: artistId })
}

/**
 * A page of the venue lists this image, which is in its place. When it listed another before, it becomes the newest of
 * the venue; as long as it lists the same, a picture that somebody sent meanwhile stays the newest.
 */
export async function noteListed(tx: Tx, artistId: string, imageId: string, venueTag: string): Promise<void> {
  const listed = await tx.placement.findFirst({
    where: { artistId, venueTag, listedAt: { not: null } },
    orderBy: { listedAt: 'desc' },
    select: { imageId: true },
  })
  if (listed?.imageId === imageId) return
  if (listed) {
    await tx.placement.deleteMany({ where: { artistId, imageId, venueTag } })
    await place(tx, artistId, imageId, venueTag)
  }
  await tx.placement.updateMany({ where: { artistId, imageId, venueTag }, data: { listedAt: new Date() } })
}

/**
 * Keeps others from changing what events of these artists show, until the end of the transaction: whoever reads a page
 * and whoever shows a picture do so first, so neither writes over what it has not seen. In the order of the ids, so
 * that two pages with the same artists wait for each other and not in a circle.
 */
export async function lockArtists(tx: Tx, artistIds: Iterable<string>): Promise<void> {
  const ids = [...new Set(artistIds)].sort()
  if (ids.length === 0) return
  await tx.$executeRaw`UPDATE "Artist" SET "slug" = "slug" WHERE "id" IN (${Prisma.join(ids)})`
}

/** The artists that an image may be shown of. */
export const showing = (...imageIds: string[]): Prisma.ArtistWhereInput => ({
  OR: [{ placements: { some: { imageId: { in: imageIds } } } }, { pinnedImageId: { in: imageIds } }],
})

/** What is shown of these artists is to be looked at again. */
export async function picturesAreDue(tx: Db | Tx, artists: Prisma.ArtistWhereInput): Promise<void> {
  await tx.artist.updateMany({ where: artists, data: { picturesDueAt: new Date() } })
}

export interface Artists {
  /** makes the artist of this name, or changes how it is spelled; throws InvalidInputError */
  upsert(name: string, aliases: string[] | null): Promise<Artist>
}

export function createArtists({ db }: { db: Db }): Artists {
  return {
    upsert(input, aliases) {
      const name = checkArtistName(input, 'name')
      if (aliases && aliases.length > maxAliases) {
        throw new InvalidInputError('aliases', `An artist has at most ${maxAliases} aliases.`)
      }
      return db.$transaction(async (tx) => {
        const artist = await findOrCreateArtist(tx, name)
        const known = aliases?.map((alias) => checkArtistName(alias, 'aliases')) ?? (artist.aliases as string[])
        return tx.artist.update({
          where: { id: artist.id },
          data: { name, aliases: known, searchKey: foldForSearch(artist.slug, name, ...known) },
        })
      })
    },
  }
}
