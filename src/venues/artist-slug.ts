import { createHash } from 'node:crypto'
import anyAscii from 'any-ascii'
import { decodeHTML } from 'entities'
import { artistAliases } from './lists/artist-aliases.ts'

const maxLength = 80
/** far more than any name has; the rest of a hostile one is not looked at */
const mostRead = 2_000

/**
 * The slug of an artist's name: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 80 characters, or empty for an empty name.
 * A name of which nothing is left becomes `artist-` and 8 hex digits.
 */
export function slugifyArtist(name: string): string {
  const clean = cleanName(name)
  if (clean === '') return ''
  const known = artistAliases.get(clean.toLowerCase())
  if (known) return known
  const spelled = clean
    .replace(/[™®©℠⁰¹²³⁴-⁹₀-₉]/gu, '')
    .replace(/[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]/gu, ' ')
    .replace(/['’‘‛ʼʻ`´′]/gu, '')
    // full-width forms become plain ones, the apostrophe among them
    .normalize('NFKC')
    .replaceAll("'", '')
    // P!nk, Ty Dolla $ign: the signs stand for letters
    .replace(/(?<=\p{L})\$|\$(?=\p{L})/gu, 's')
    .replace(/(?<=\p{L})!(?=\p{L})/gu, 'i')
  const slug = hyphenate(spelled)
  if (slug !== '') return shorten(slug)
  return `artist-${createHash('sha1').update(clean.toLowerCase()).digest('hex').slice(0, 8)}`
}

/** A name or title as text: entities decoded, accents composed, single spaces. */
export function cleanName(name: string): string {
  return decodeHTML(name.slice(0, mostRead)).normalize('NFC').replace(/\s+/g, ' ').trim()
}

/** Plain lower-case ASCII with single spaces, for searching alike on every database. */
export function foldForSearch(...texts: string[]): string {
  return hyphenate(texts.join(' ')).replaceAll('-', ' ')
}

/** What to look for among texts that were folded. Where nothing is left of it, it is looked for as a slug: `!!!`. */
export function foldSearch(search: string): string {
  return foldForSearch(search) || foldForSearch(slugifyArtist(search))
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
