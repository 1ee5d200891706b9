/** Names one file of a collection: the key by which the older scrape pipeline kept pictures apart. */
export interface PictureKey {
  artistSlug: string
  /** null: for no venue, written `direct` */
  venueTag: string | null
  size: string
}

/** What a collection says of one file. */
export interface ManifestRecord {
  artist_slug: string
  artist_name: string
  venue_tag: string
  size: string
  /** below the folder of the manifest, with slashes */
  path: string
  width: number
  height: number
  byte_size: number
  sha256: string
  /** where the photo was fetched from; null when it was sent */
  source_url: string | null
}

/** `image_manifest.json` as it is written. */
export interface Manifest {
  version: 1
  images: Record<string, ManifestRecord>
}

export const manifestName = 'image_manifest.json'

/** Stands for the venue of a picture that is for none. */
export const noVenue = 'direct'

const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
const tagPattern = /^[a-z]{2,10}$/
const sizePattern = /^[a-z0-9]+$/
const fileNamePattern = /^([a-z0-9-]+)_([a-z]{2,10})_([a-z0-9]+)\.(?:jpe?g|png|webp)$/i

export const isSlug = (text: string) => slugPattern.test(text)
export const isVenueTag = (text: string) => tagPattern.test(text)

/** The key as text: `liv/carl-cox/main`. */
export function describeKey({ artistSlug, venueTag, size }: PictureKey): string {
  return `${venueTag ?? noVenue}/${artistSlug}/${size}`
}

/** Where the file of a key lies below the folder of a collection, with slashes; null for a key that names no file. */
export function fileOf({ artistSlug, venueTag, size }: PictureKey): string | null {
  const tag = venueTag ?? noVenue
  // what a server says becomes a path here
  if (!isSlug(artistSlug) || !isVenueTag(tag) || !sizePattern.test(size)) return null
  return `artists/${artistSlug}/${artistSlug}_${tag}_${size}.jpg`
}

/** The key that a file's name tells, or null. */
export function keyOfFile(file: string): PictureKey | null {
  const [, artistSlug = '', tag = '', size = ''] = fileNamePattern.exec(file.split('/').at(-1) ?? '') ?? []
  const key = { artistSlug: artistSlug.toLowerCase(), venueTag: tag.toLowerCase(), size: size.toLowerCase() }
  if (!isSlug(key.artistSlug)) return null
  return { ...key, venueTag: key.venueTag === noVenue ? null : key.venueTag }
}

const sizes = ['small', 'main', 'medium', 'large', 'hd', 'raw']

/** Larger for larger pictures; the sizes of the older scrape pipeline, or pixels. */
export function rankSize(size: string): number {
  const pixels = /^\d+$/.test(size) ? Number(size) : 0
  return [250, 500, 750, 1000, 1500, Number.POSITIVE_INFINITY][sizes.indexOf(size)] ?? pixels
}

/** A name to begin with, which people may mend: `carl-cox` is Carl Cox. */
export function nameOfSlug(slug: string): string {
  return slug
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
