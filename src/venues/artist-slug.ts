import { createHash } from 'node:crypto'
import anyAscii from 'any-ascii'
import { decodeHTML } from 'entities'

const maxLength = 80

/** Spellings that no rule maps to the slug everyone uses, by lower-cased name. */
const aliases = new Map([
  ['페기 구', 'peggy-gou'],
  ['нина кравиц', 'nina-kraviz'],
  ['above and beyond', 'above-beyond'],
])

/**
 * The slug of an artist's name: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 80 characters, or empty for an empty name.
 * A name of which nothing is left becomes `artist-` and 8 hex digits.
 */
export function slugifyArtist(name: string): string {
  const clean = decodeHTML(name).normalize('NFC').replace(/\s+/g, ' ').trim()
  if (clean === '') return ''
  const known = aliases.get(clean.toLowerCase())
  if (known) return known
  const spelled = clean
    .replace(/[™®©℠⁰¹²³⁴-⁹₀-₉]/gu, '')
    .replace(/\p{Extended_Pictographic}/gu, ' ')
    .normalize('NFKC')
    .replace(/['’‘ʼ`]/g, '')
    // P!nk, Ty Dolla $ign: the signs stand for letters
    .replace(/(?<=\p{L})\$|\$(?=\p{L})/gu, 's')
    .replace(/(?<=\p{L})!(?=\p{L})/gu, 'i')
  const slug = hyphenate(spelled)
  if (slug !== '') return shorten(slug)
  return `artist-${createHash('sha1').update(clean.toLowerCase()).digest('hex').slice(0, 8)}`
}

/** Plain lower-case ASCII with single spaces, for searching alike on every database. */
export function foldForSearch(...texts: string[]): string {
  return hyphenate(texts.join(' ')).replaceAll('-', ' ')
}

function hyphenate(text: string): string {
  return anyAscii(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function shorten(slug: string): string {
  if (slug.length <= maxLength) return slug
  const cut = slug.slice(0, maxLength + 1).lastIndexOf('-')
  return slug.slice(0, cut > 0 ? cut : maxLength)
}
