import { graphql, type ResultOf } from '../../api/graphql.ts'
import { thumb } from '../../parts/thumb.tsx'

const tile = graphql(
  `fragment Tile on Image {
    ...Thumb
    status
    artists { slug name }
  }`,
  [thumb],
)

export type TileImage = ResultOf<typeof tile>

export const galleryQuery = graphql(
  `query Gallery($first: Int!, $after: String, $filter: ImageFilter!) {
    images(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes { ...Tile }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [tile],
)

/** What its first page holds now, without reading all of it. */
export const galleryHead = graphql(`
  query GalleryHead($filter: ImageFilter!) {
    images(first: 100, filter: $filter) { nodes { id } }
  }
`)

export const tilesByIds = graphql(
  `query TilesByIds($ids: [ID!]!) { nodes(ids: $ids) { __typename ...Tile } }`,
  [tile],
)

export const idsInFilter = graphql(`
  query IdsInFilter($filter: ImageFilter!) { imageIds(filter: $filter) { ids isWhole } }
`)

export const choicesQuery = graphql(`
  query GalleryChoices {
    imageCounts { total ready processing partial failed deleted }
    venues { tag name }
  }
`)

export const imageStates = ['READY', 'PROCESSING', 'PARTIAL', 'FAILED', 'DELETED'] as const

export interface GalleryFilter {
  status: (typeof imageStates)[number][]
  artistSlug: string | null
  venueTag: string | null
  search: string | null
}
