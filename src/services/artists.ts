import { decodeHTML } from 'entities'
import { v7 as timeOrderedId } from 'uuid'
import { InvalidInputError } from '../errors.ts'
import type { Artist, Prisma } from '../generated/sqlite/client.ts'
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
  return tx.artist.upsert({
    where: { slug },
    update: {},
    create: { slug, name, aliases: [], searchKey: foldForSearch(slug, name) },
  })
}

/** The image shows the artist at the venue; said twice, it is one placement. */
export async function place(tx: Tx, artistId: string, imageId: string, venueTag: string | null): Promise<void> {
  const placed = await tx.$executeRaw`
    INSERT INTO "Placement" ("id", "artistId", "imageId", "venueTag", "createdAt")
    VALUES (${timeOrderedId()}, ${artistId}, ${imageId}, ${venueTag}, ${new Date()}) ON CONFLICT DO NOTHING`
  if (placed > 0) await picturesAreDue(tx, { id: artistId })
}

/**
 * What a venue lists now is its newest picture, also when it had that one before another. Said by the scraper, after
 * `place`: a picture that somebody sent meanwhile stays the newest as long as the venue lists what it listed before.
 */
export async function placeAnew(tx: Tx, artistId: string, imageId: string, venueTag: string): Promise<void> {
  const listed = { artistId, venueTag, image: { source: 'VENUE' } } as const
  const newest = await tx.placement.findFirst({ where: listed, orderBy: { id: 'desc' }, select: { imageId: true } })
  if (!newest || newest.imageId === imageId) return
  await tx.placement.deleteMany({ where: { artistId, imageId, venueTag } })
  await place(tx, artistId, imageId, venueTag)
}

/** What is shown of these artists is to be looked at again. */
export async function picturesAreDue(tx: Tx, artists: Prisma.ArtistWhereInput): Promise<void> {
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
