import { graphql, type ResultOf } from '../../api/graphql.ts'
import { thumb } from '../../parts/thumb.tsx'

export const artistQuery = graphql(
  `query Artist($slug: String!) {
    artist(slug: $slug) {
      id
      slug
      name
      aliases
      createdAt
      imageCount
      pinnedImage { id filename }
      shownImages { venueTag reason explanation image { ...Thumb } pictures { name } }
      pictures { name venueTag key url width height byteSize storedAt }
      images(first: 100) { edges { venueTag node { ...Thumb status } } }
      events(first: 10) { totalCount nodes { id date title venueName status url synced syncError } }
    }
    venues { tag name }
  }`,
  [thumb],
)

type Answer = ResultOf<typeof artistQuery>

export type Artist = NonNullable<Answer['artist']>

/** The name of a venue by its tag; null is for what was sent without one. */
export type VenueNames = (tag: string | null) => string

export function venueNames(venues: Answer['venues']): VenueNames {
  const names = new Map(venues.map(({ tag, name }) => [tag, name]))
  return (tag) => (tag === null ? 'No venue' : (names.get(tag) ?? tag))
}

export interface PartProps {
  artist: Artist
  venues: VenueNames
  mayEdit: boolean
  onChange: () => void
}
