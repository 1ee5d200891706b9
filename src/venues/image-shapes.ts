import { slugifyArtist } from './artist-slug.ts'
import { decodeStem, type FileName, hintOfUpload, type NameHint } from './image-file-name.ts'
import { sizeLadder } from './lists/size-ladder.ts'

/** What the path of an image says, whatever kind of host it is on. Addresses are absolute. */
export interface ImageFacts extends NameHint {
  canonical: string
  /** px, as far as the address states them; `size` is the width */
  size: number | null
  width: number | null
  height: number | null
  /** the folder (vea) or the number (imateq) that names the picture on its host */
  token: string | null
  /** addresses to try in turn for the best picture */
  candidates: string[]
  /** what was seen on the way to the original: scaled, rotated, edited, webp-plugin */
  notes: string[]
  variants: { main: string; hd: string }
  /** the host has no variants by address: they are made from the original */
  variantsBuilt?: 'local'
  /** imateq only: whether the picture is scaled into its box, cropped to it, or left as it is */
  fit?: 'scale' | 'crop' | 'raw'
  /** imateq only: what the picture is of, `event` or `artist` */
  entity?: string
}

export const veaPath = /^\/img\/artists\/([0-9a-f]{6,40})\/([^/]+)$/i
export const imateqPath = /^(\/imateq\/([a-z]+)\/\d+\/\d+(?:\/\d+)?)\/(raw|(\d{1,5})(SC|KT)(\d{1,5}))\/([^/]+)$/i
export const uploadsPath = /\/wp-content\/uploads\//i

/** `/img/artists/{hash}/{name}_{size}.jpg`; null for a file without a name. */
export function readVea(url: URL, { stem, extension, isPluginCopy }: FileName): ImageFacts | null {
  const sized = stem.match(/^(.+)_(\d{3,4})$/)
  const size = sized && sizeLadder.has(Number(sized[2])) ? Number(sized[2]) : null
  const name = size === null ? stem : (sized?.[1] ?? stem)
  const artistSlug = slugifyArtist(decodeStem(name))
  if (artistSlug === '' || sizeOnly(stem)) return null
  const at = (suffix: string) => sibling(url, `${name}${suffix}${extension}`)
  const variants = { main: at('_500'), hd: at('_1500') }
  return {
    artistSlug,
    confidence: 'high',
    canonical: at(''),
    ...{ size, width: size, height: size },
    token: url.pathname.match(veaPath)?.[1]?.toLowerCase() ?? null,
    candidates: unique([variants.hd, sibling(url, `${stem}${extension}`), at('')]),
    notes: isPluginCopy ? ['webp-plugin'] : [],
    variants,
  }
}

/** `/imateq/{entity}/{n}/{owner}[/{set}]/{code}/{file}`; null for another path. It never names an artist. */
export function readImateq(url: URL, { stem, extension, isPluginCopy }: FileName): ImageFacts | null {
  const [, folder, entity, code = '', wide, mode, high] = url.pathname.match(imateqPath) ?? []
  if (folder === undefined || entity === undefined) return null
  const at = (size: string) => `${url.origin}${folder}/${size}/${stem}${extension}`
  const width = Number(wide) || null
  const variants = { main: at('500SC0'), hd: at('1600SC0') }
  return {
    artistSlug: null,
    confidence: 'none',
    canonical: at('raw'),
    ...{ size: width, width, height: Number(high) || null },
    token: stem,
    candidates: unique([variants.hd, at('raw'), at(code)]),
    notes: isPluginCopy ? ['webp-plugin'] : [],
    variants,
    fit: mode === undefined ? 'raw' : mode.toUpperCase() === 'SC' ? 'scale' : 'crop',
    entity: entity.toLowerCase(),
  }
}

/** An upload of WordPress, or a file elsewhere that is named alike: back to the original that its copies were made of. */
export function readUpload(url: URL, { stem, extension, isPluginCopy }: FileName): ImageFacts {
  const notes = isPluginCopy ? ['webp-plugin'] : []
  const size = stem.match(/^(.+)-(\d{1,5})x(\d{1,5})$/)
  let original = size?.[1] ?? stem
  // the order in which WordPress appends them, from the end; once each: `x-scaled-1` is an original
  for (const [form, note] of copyForms) {
    const whole = original.match(form)
    if (whole?.[1] === undefined) continue
    original = whole[1]
    notes.push(note ?? whole[2] ?? '')
  }
  const at = (name: string) => sibling(url, `${name}${extension}`)
  const canonical = at(original)
  const width = Number(size?.[2]) || null
  return {
    ...hintOfUpload(original),
    canonical,
    ...{ size: width, width, height: Number(size?.[3]) || null },
    token: null,
    candidates:
      original === stem
        ? [canonical]
        : unique([canonical, at(`${original}-scaled`), ...(isPluginCopy ? [] : [at(stem)])]),
    notes,
    variants: { main: canonical, hd: canonical },
    variantsBuilt: 'local',
  }
}

const copyForms: ReadonlyArray<readonly [form: RegExp, note: string | null]> = [
  [/^(.+)-(scaled|rotated)$/, null],
  [/^(.+)-e\d{13}$/, 'edited'],
]

function sizeOnly(stem: string): boolean {
  return /^_\d{3,4}$/.test(stem)
}

/** Another file in the folder of an address. */
function sibling(url: URL, name: string): string {
  return `${url.origin}${url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1)}${name}`
}

function unique(addresses: string[]): string[] {
  return [...new Set(addresses)]
}
