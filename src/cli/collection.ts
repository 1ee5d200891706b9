import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { slugifyArtist } from '../venues/artist-slug.ts'
import { ApiError } from './api.ts'
import { keyOfFile, manifestName, nameOfSlug, type PictureKey, rankSize } from './manifest-format.ts'
import { placesBelow, type ReadManifest, readManifest } from './manifest-reader.ts'

/** One picture of an artist for a venue, in every size there is. */
export interface CollectedPicture {
  artistSlug: string
  artist: string
  venueTag: string | null
  /** the largest first */
  files: string[]
}

export interface Collection {
  pictures: CollectedPicture[]
  /** every mention of a file, in the manifest or the tree */
  filesSeen: number
  /** those files, each once */
  uniqueFiles: number
  /** files that the manifest lists and that are gone */
  missing: string[]
  /** what cannot be taken, in sentences */
  problems: string[]
  /** what people should know, in sentences */
  notes: string[]
}

interface FoundFile extends PictureKey {
  artistName: string | null
  file: string
}

const pictureFile = /\.(jpe?g|png|webp)$/i

/** Reads a folder of the older scrape pipeline, or of an export: its manifest if there is one, and its tree. */
export async function readCollection(folder: string): Promise<Collection> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new ApiError(`There is no folder ${folder}.`, { cause })
  })
  const { entries, problems } = await manifestOf(root)
  const found: FoundFile[] = []
  const missing: string[] = []
  for (const entry of entries) {
    const places = placesBelow(root, entry.path)
    const file = await firstFile(root, places)
    if (file) found.push({ ...entry, file })
    else if (file === null) missing.push(entry.path)
    else problems.push(`${entry.path} leads out of ${folder}.`)
  }
  const listed = new Set(found.map(({ file }) => file))
  const { files, unnamed } = await unlisted(root, listed)
  const all = [...found, ...files]
  const pictures = picturesOf(all)
  return {
    pictures,
    filesSeen: all.length,
    uniqueFiles: listed.size + files.length,
    missing,
    problems,
    notes: [
      ...unnamed.map((file) => `${file} is left out: its name is not artist_venue_size.jpg, and no manifest lists it.`),
      ...describeRenamed(pictures),
    ],
  }
}

async function manifestOf(root: string): Promise<ReadManifest> {
  const text = await readFile(path.join(root, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new ApiError(`${manifestName} cannot be read: ${error.code}.`, { cause: error })
  })
  return text === null ? { entries: [], problems: [] } : readManifest(text)
}

/** The first of these places where there is a file; null when there is none, undefined when it is not below the root. */
async function firstFile(root: string, places: readonly string[]): Promise<string | null | undefined> {
  if (places.length === 0) return undefined
  for (const place of places) {
    // a link may lead anywhere, whatever its name
    const file = await realpath(path.join(root, place)).catch(() => null)
    if (file && !file.startsWith(root + path.sep)) return undefined
    if (file && (await stat(file)).isFile()) return file
  }
  return null
}

/** The pictures below the root that are none of these. */
async function unlisted(root: string, listed: ReadonlySet<string>): Promise<{ files: FoundFile[]; unnamed: string[] }> {
  const files: FoundFile[] = []
  const unnamed: string[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || !pictureFile.test(entry.name) || entry.name.startsWith('.') || listed.has(file)) continue
    const key = keyOfFile(entry.name)
    if (key) files.push({ ...key, artistName: null, file })
    else unnamed.push(path.relative(root, file))
  }
  return { files, unnamed: unnamed.sort() }
}

/** One picture for each artist and venue: the smaller sizes are made of the largest, and only stand in for it. */
function picturesOf(found: readonly FoundFile[]): CollectedPicture[] {
  const names = new Map(found.flatMap(({ artistSlug, artistName }) => (artistName ? [[artistSlug, artistName]] : [])))
  const groups = new Map<string, FoundFile[]>()
  for (const file of found) {
    const group = `${file.artistSlug} ${file.venueTag ?? ''}`
    groups.set(group, [...(groups.get(group) ?? []), file])
  }
  return [...groups.keys()].sort().map((group) => {
    const files = (groups.get(group) ?? []).sort((a, b) => rankSize(b.size) - rankSize(a.size))
    const [{ artistSlug, venueTag } = { artistSlug: '', venueTag: null }] = files
    const artist = names.get(artistSlug) ?? nameOfSlug(artistSlug)
    return { artistSlug, artist, venueTag, files: [...new Set(files.map(({ file }) => file))] }
  })
}

/** The service makes slugs of names, and may make another one. */
function describeRenamed(pictures: readonly CollectedPicture[]): string[] {
  const renamed = pictures
    .map(({ artist, artistSlug }) => ({ artist, before: artistSlug, now: slugifyArtist(artist) }))
    .filter(({ before, now }) => before !== now)
    .map(({ artist, before, now }) => `${artist} is ${now} here, not ${before}.`)
  return [...new Set(renamed)]
}
