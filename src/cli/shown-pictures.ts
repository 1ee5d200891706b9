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
  variants: ExportedVariant[]
}

interface Artist {
  slug: string
  name: string
}

interface Placed {
  venueTag: string | null
  node: { variants: ExportedVariant[] }
}

interface PageInfo {
  hasNextPage: boolean
  endCursor: string | null
}

const page = 'pageInfo { hasNextPage endCursor }'
const artistsQuery = `query ($after: String) { artists(first: 100, after: $after) { ${page} nodes { slug name } } }`
const imagesQuery = `query ($slug: String!, $after: String) { artist(slug: $slug) { images(first: 50, after: $after) {
  ${page} edges { venueTag node {
    variants(recipe: "artist", format: "jpeg") { name url width height byteSize sha256 } } } } } }`

/** The newest picture of every artist for every venue that has the variants, and in sentences who has none. */
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

async function shownOf(api: Api, artist: Artist): Promise<ShownPicture[]> {
  const shown = new Map<string, ShownPicture>()
  for await (const { venueTag, node } of imagesOf(api, artist.slug)) {
    const before = shown.get(venueTag ?? noVenue)
    if (before && before.variants.length > 0) continue
    shown.set(venueTag ?? noVenue, { ...artist, venueTag, variants: node.variants })
  }
  return [...shown.values()]
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

/** Newest first, once for each venue that has it. */
async function* imagesOf(api: Api, slug: string): AsyncGenerator<Placed> {
  for (let after: string | null = null, more = true; more; ) {
    type Answer = { artist: { images: { pageInfo: PageInfo; edges: Placed[] } } | null }
    const { artist }: Answer = await api.query<Answer>(imagesQuery, { slug, after })
    if (!artist) return
    yield* artist.images.edges
    more = artist.images.pageInfo.hasNextPage
    after = artist.images.pageInfo.endCursor
  }
}
