import { foldForSearch, slugifyArtist } from './artist-slug.ts'
import { genericNames, noiseWords, numberedNames, venueWords } from './lists/file-name-words.ts'
import { venues } from './venue-list.ts'
import { labelsOf } from './venue-tags.ts'

export type Confidence = 'high' | 'medium' | 'low' | 'none'

/** Whom a file's name seems to name, and how sure that is. */
export interface NameHint {
  artistSlug: string | null
  confidence: Confidence
}

export interface FileName {
  stem: string
  /** with its dot, as written */
  extension: string
  /** a plugin made a WebP or AVIF of the file and wrote its own extension behind */
  isPluginCopy: boolean
}

const ours = /^(.+)(\.(?:jpe?g|png))(\.(?:webp|avif))?$/i
const otherMedia = /\.(?:webp|gif|svgz?|avif|bmp|ico|tiff?|heic|heif|jxl|jfif|jp2|psd|pdf|eps|mp4|webm|mov)$/i
const date = /^(?:\d{6}|\d{8})$/
/** the count of a designer, or the year */
const count = /^(?:\d{1,2}|20\d{2})$/
const dimensions = /^\d+x\d+$/i
const wordsOfVenues = new Set([
  ...venueWords,
  ...venues.flatMap(labelsOf).flatMap((label) => foldForSearch(label).split(' ')),
])

const nobody: NameHint = { artistSlug: null, confidence: 'none' }

/** Splits the name of a JPEG or PNG; says why there is none where it is no such name. */
export function splitFileName(name: string): FileName | 'unsupported-type' | 'no-image-extension' {
  const [, stem, extension, copied] = name.match(ours) ?? []
  if (stem !== undefined && extension !== undefined) return { stem, extension, isPluginCopy: copied !== undefined }
  return otherMedia.test(name) ? 'unsupported-type' : 'no-image-extension'
}

/** Reads percent escapes: UTF-8, or else the Latin-1 of old servers. */
export function decodeStem(stem: string): string {
  try {
    return decodeURIComponent(stem)
  } catch {
    return stem.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
}

/**
 * Whom the name of an upload names: dates, dimensions and words of venues and designers are left out. Sure when nothing
 * was, unsure when several words remain of more.
 */
export function hintOfUpload(stem: string): NameHint {
  const text = decodeStem(stem).trim()
  if (genericNames.some((form) => form.test(text))) return nobody
  const tokens = text.split(/[_\s]+/).filter((token) => token !== '')
  const kept = tokens.filter((token) => !isNoise(token.toLowerCase()))
  if (kept.every((token) => count.test(token)) && kept.length < tokens.length) return nobody
  const spelled = slugifyArtist(kept.join(' '))
  const artistSlug = dropNumber(spelled)
  if (kept.length < tokens.length) return { artistSlug, confidence: kept.length === 1 ? 'medium' : 'low' }
  return { artistSlug, confidence: artistSlug === spelled ? 'high' : 'medium' }
}

function isNoise(token: string): boolean {
  if (date.test(token) || dimensions.test(token)) return true
  const words = token.split('-').filter((word) => !count.test(word))
  return words.length > 0 && words.every(isNoiseWord)
}

function isNoiseWord(word: string): boolean {
  return noiseWords.has(word) || wordsOfVenues.has(word) || noiseWords.has(word.replace(/\d{1,2}$/, ''))
}

/** WordPress numbers a file whose name is taken, and one whose name looks like a copy's. */
function dropNumber(slug: string): string {
  if (numberedNames.has(slug)) return slug
  return slug.replace(/(?<=[a-z0-9])(?:-(?:scaled|rotated))?-[1-9]$/, '')
}
