import path from 'node:path'
import { slugifyArtist } from '../venues/artist-slug.ts'
import { ApiError } from './api.ts'
import { printable } from './format.ts'
import { fileOf, isVenueTag, keyOfFile, noVenue, type PictureKey } from './manifest-format.ts'

/** A file that a manifest lists. */
export interface ManifestEntry extends PictureKey {
  artistName: string | null
  /** where it is said to lie; not to be trusted */
  path: string
}

export interface ReadManifest {
  entries: ManifestEntry[]
  /** what is wrong with those that are left out, in sentences */
  problems: string[]
}

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/**
 * Reads a manifest in any of the spellings that there may be: a list of records, or an object of records by key, at the
 * top or as `images`. What a record leaves out, its key or the name of its file tells. Throws ApiError for what is no
 * JSON.
 */
export function readManifest(text: string): ReadManifest {
  const entries: ManifestEntry[] = []
  const problems: string[] = []
  for (const [key, record] of recordsOf(parse(text))) {
    const entry = readEntry(key, record)
    if (typeof entry === 'string') problems.push(entry)
    else entries.push(entry)
  }
  return { entries, problems }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // the message quotes the text
    throw new ApiError(`The manifest is no JSON: ${printable((cause as Error).message)}.`, { cause })
  }
}

function recordsOf(json: unknown): [string, unknown][] {
  if (!isObject(json)) throw new ApiError('The manifest is neither a list nor an object of pictures.')
  if (Array.isArray(json)) return json.map((record, index) => [String(index + 1), record])
  const inner = ['images', 'entries', 'files'].map((name) => json[name]).find(isObject)
  return inner ? recordsOf(inner) : Object.entries(json).filter(([name]) => name !== 'version')
}

/** The entry, or a sentence that says what is wrong with it. */
function readEntry(key: string, record: unknown): ManifestEntry | string {
  const fields: Fields = isObject(record) ? record : { path: record }
  const written = textOf(fields, 'local_path', 'path', 'file', 'filename')
  const told = { ...keyOfFile(posix(written ?? '')), ...parseKey(key) }
  const artistName = textOf(fields, 'artist_name', 'artistName', 'artist', 'name')
  const artistSlug = slugifyArtist(
    textOf(fields, 'artist_slug', 'artistSlug', 'slug') ?? told.artistSlug ?? artistName ?? '',
  )
  if (artistSlug === '') return `The entry ${key} does not say whose picture it is.`
  const tag = (textOf(fields, 'venue_tag', 'venueTag', 'venue') ?? told.venueTag ?? noVenue).toLowerCase()
  if (!isVenueTag(tag)) return `The entry ${key} is for "${tag}", but a venue tag is 2 to 10 letters.`
  const size = (textOf(fields, 'size') ?? told.size ?? 'main').toLowerCase()
  const picture = { artistSlug, venueTag: tag === noVenue ? null : tag, size }
  const file = written ?? fileOf(picture)
  return file ? { ...picture, artistName, path: file } : `The entry ${key} names no file.`
}

function textOf(fields: Fields, ...names: string[]): string | null {
  const texts = names.map((name) => fields[name]).filter((value) => typeof value === 'string')
  return texts.map((text) => text.trim()).find((text) => text !== '') ?? null
}

/** `liv|carl-cox|main`, `["liv","carl-cox","main"]`, `('liv', 'carl-cox', 'main')`, or the name of the file. */
function parseKey(key: string): PictureKey | null {
  const file = keyOfFile(posix(key))
  if (file) return file
  const bare = key.replace(/[()[\]"'\s]/g, '')
  for (const separator of ['|', '/', ',', ':', '_']) {
    const [venueTag, artistSlug, size, ...more] = bare.split(separator)
    if (venueTag && artistSlug && size && more.length === 0) return { venueTag, artistSlug, size }
  }
  return null
}

const posix = (file: string) => file.replaceAll('\\', '/')

/**
 * Where below `root` a file may lie that a manifest names, likeliest first; none when it leads out of there. A
 * collection that was moved still names its old place, in which case what follows `artists/` counts.
 */
export function placesBelow(root: string, written: string): string[] {
  const file = posix(written)
  if (file.includes('\0') || file.split('/').includes('..')) return []
  const relative = path.posix.isAbsolute(file) ? path.posix.relative(posix(root), file) : path.posix.normalize(file)
  const tail = /(?:^|\/)(artists\/[^/]+\/[^/]+)$/.exec(file)?.[1]
  const isBelow = !relative.startsWith('..') && !/^[a-z]:\//i.test(relative)
  return [...new Set([...(isBelow ? [relative] : []), ...(tail ? [tail] : [])])]
}
