import { slugifyArtist } from './artist-slug.ts'
import type { Billing } from './billing.ts'
import type { FoundImage } from './entry.ts'
import { type ImageProblem, type ParsedImage, type ParsedImageUrl, parseImageUrl } from './image-url.ts'
import type { ListedImage } from './listing.ts'

interface Options {
  pageUrl: string
  mirrorHosts?: readonly string[] | undefined
}

const problems: Readonly<Record<ImageProblem, string>> = {
  empty: 'it is empty',
  scheme: 'it is no address of the web',
  credentials: 'it holds a user name or password',
  'too-long': 'it is too long',
  'invalid-url': 'it is not valid',
  'vea-shape': 'it is no picture of an artist',
  'unsupported-type': 'only JPEG and PNG are taken',
  'no-image-extension': 'it does not end as a JPEG or PNG does',
}

/** The pictures of a night, each once, without those of its support; and a sentence for each that cannot be had. */
export function listImages(
  found: readonly FoundImage[],
  billing: Billing,
  { title, pageUrl, mirrorHosts }: Options & { title: string },
): { images: ListedImage[]; warnings: string[] } {
  const images = new Map<string, ListedImage>()
  const warnings = new Set<string>()
  const support = new Set(billing.support.flatMap(spellings))
  const isSupport = (name: string | null | undefined) => spellings(name ?? '').some((spelling) => support.has(spelling))
  for (const { address, from, performer } of found) {
    if (isSupport(performer)) continue
    const parsed = parseImageUrl(address, { base: pageUrl, mirrorHosts })
    const problem = problemOf(parsed)
    if (problem) warnings.add(sentence(address, title, problem))
    if (!parsed.ok || images.has(parsed.canonical)) continue
    const slugMatch = matchOf(parsed.artistSlug, billing)
    if (slugMatch === 'mismatch' && isSupport(parsed.artistSlug)) continue
    images.set(parsed.canonical, listedImage(parsed, from, slugMatch))
  }
  return { images: [...images.values()], warnings: [...warnings] }
}

function sentence(address: string, title: string, problem: string): string {
  return `The picture ${address.slice(0, 200)} of "${title.slice(0, 200)}" ${problem}.`
}

function problemOf(parsed: ParsedImageUrl): string | null {
  if (!parsed.ok) return `is left out: ${problems[parsed.reason]}`
  return parsed.allowed ? null : `is not fetched: ${parsed.host} is not one of our hosts`
}

function listedImage(parsed: ParsedImage, from: FoundImage['from'], slugMatch: ListedImage['slugMatch']): ListedImage {
  const { listed, canonical, kind, artistSlug, size, allowed, candidates } = parsed
  return { url: listed, canonicalUrl: canonical, kind, urlSlug: artistSlug, slugMatch, size, from, allowed, candidates }
}

function matchOf(urlSlug: string | null, { artistName, performers }: Billing): ListedImage['slugMatch'] {
  if (urlSlug === null) return 'unknown'
  const named = bare(urlSlug)
  if (spellings(artistName ?? '').includes(named)) return 'match'
  return performers.flatMap(spellings).includes(named) ? 'member' : 'mismatch'
}

/** How file names spell a name: as our slugs do, with only its plain letters, or with its accents taken off. */
function spellings(name: string): string[] {
  const withoutAccents = name.normalize('NFKD').replace(/\p{M}/gu, '')
  return [bare(slugifyArtist(name)), bare(name), bare(withoutAccents)].filter((spelling) => spelling !== '')
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}
