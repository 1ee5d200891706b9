import { decodeHTML } from 'entities'
import { v7 as timeOrderedId } from 'uuid'
import { InvalidInputError } from '../errors.ts'
import type { Artist } from '../generated/sqlite/client.ts'
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
  await tx.$executeRaw`
    INSERT INTO "Placement" ("id", "artistId", "imageId", "venueTag", "createdAt")
    VALUES (${timeOrderedId()}, ${artistId}, ${imageId}, ${venueTag}, ${new Date()}) ON CONFLICT DO NOTHING`
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
