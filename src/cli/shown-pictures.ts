import type { Api } from './api.ts'
import { noVenue } from './manifest-format.ts'

export interface ExportedVariant {
  name: string
  url: string
  width: number
  height: number
  byteSize: number
  sha256: string
}

/** What an artist looks like for a venue. */
export interface ShownPicture {
  slug: string
  name: string
  venueTag: string | null
  /** where the photo was fetched from; null when it was sent */
  sourceUrl: string | null
  variants: ExportedVariant[]
}

interface Artist {
  slug: string
  name: string
}

/** The answer of `Artist.image`; BEST is a picture of another venue. */
interface Shown {
  reason: 'PINNED' | 'NEWEST_FOR_VENUE' | 'BEST'
  image: { sourceUrl: string | null; variants: ExportedVariant[] }
}

interface PageInfo {
  hasNextPage: boolean
  endCursor: string | null
}

const page = 'pageInfo { hasNextPage endCursor }'
const artistsQuery = `query ($after: String) { artists(first: 100, after: $after) { ${page} nodes { slug name } } }`
const venuesQuery = `query ($slug: String!, $after: String) { artist(slug: $slug) { images(first: 100, after: $after) {
  ${page} edges { venueTag } } } }`
const shown = `{ reason image { sourceUrl
  variants(recipe: "artist", format: "jpeg") { name url width height byteSize sha256 } } }`

/**
 * The picture to show of every artist for every venue that has one: the pinned one, else the newest that has the variants;
 * and in sentences who has none.
 */
export async function picturesToShow(
  api: Api,
  signal: AbortSignal,
): Promise<{ pictures: ShownPicture[]; lacking: string[] }> {
  const pictures: ShownPicture[] = []
  const lacking: string[] = []
  for await (const artist of artistsOf(api)) {
    if (signal.aborted) break
    for (const picture of await shownOf(api, artist)) {
      if (picture.variants.length > 0) pictures.push(picture)
      else lacking.push(describeLacking(picture))
    }
  }
  return { pictures, lacking }
}

function describeLacking({ slug, venueTag }: ShownPicture): string {
  return `${slug}, ${venueTag ?? noVenue}: has no variants of the recipe artist; greenroom backfill -r artist makes them.`
}

/** Each needs an alias, and a query may have 15. */
const venuesAtOnce = 10

async function shownOf(api: Api, artist: Artist): Promise<ShownPicture[]> {
  const venueTags = await venueTagsOf(api, artist.slug)
  const pictures: ShownPicture[] = []
  for (let from = 0; from < venueTags.length; from += venuesAtOnce) {
    pictures.push(...(await shownAt(api, artist, venueTags.slice(from, from + venuesAtOnce))))
  }
  return pictures
}

async function shownAt(api: Api, artist: Artist, venueTags: (string | null)[]): Promise<ShownPicture[]> {
  const variables = Object.fromEntries(venueTags.map((tag, index) => [`tag${index}`, tag]))
  const declared = Object.keys(variables).map((name) => `$${name}: String`)
  const fields = Object.keys(variables).map((name) => `${name}: image(venueTag: $${name}) ${shown}`)
  const { artist: answer } = await api.query<{ artist: Record<string, Shown | null> | null }>(
    `query ($slug: String!, ${declared.join(', ')}) { artist(slug: $slug) { ${fields.join(' ')} } }`,
    { slug: artist.slug, ...variables },
  )
  return venueTags.map((venueTag, index) => {
    const found = answer?.[`tag${index}`]
    const own = found && found.reason !== 'BEST' ? found.image : { sourceUrl: null, variants: [] }
    return { ...artist, venueTag, ...own }
  })
}

async function* artistsOf(api: Api): AsyncGenerator<Artist> {
  for (let after: string | null = null, more = true; more; ) {
    type Answer = { artists: { pageInfo: PageInfo; nodes: Artist[] } }
    const { artists }: Answer = await api.query<Answer>(artistsQuery, { after })
    yield* artists.nodes
    more = artists.pageInfo.hasNextPage
    after = artists.pageInfo.endCursor
  }
}

/** The venues that pictures of the artist were placed for, newest first; null for none. */
async function venueTagsOf(api: Api, slug: string): Promise<(string | null)[]> {
  const tags = new Set<string | null>()
  for (let after: string | null = null, more = true; more; ) {
    type Answer = { artist: { images: { pageInfo: PageInfo; edges: { venueTag: string | null }[] } } | null }
    const { artist }: Answer = await api.query<Answer>(venuesQuery, { slug, after })
    if (!artist) break
    for (const { venueTag } of artist.images.edges) tags.add(venueTag)
    more = artist.images.pageInfo.hasNextPage
    after = artist.images.pageInfo.endCursor
  }
  return [...tags]
}
