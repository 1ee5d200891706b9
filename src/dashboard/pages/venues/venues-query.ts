import { graphql, type ResultOf } from '../../api/graphql.ts'
import type { Filters } from '../../parts/use-filters.ts'

export const venuesQuery = graphql(`
  query Venues {
    venues {
      tag
      name
      source
      eventCount
      lastReadAt
      lastScrape { id status outcome createdAt }
    }
    venuePages {
      url
      source
      state
      readAt
      eventCount
      skipped { title reason }
      warnings
    }
    d1 {
      place
      dueCount
      waitingForPicture
      syncedAt
      downSince
      lastSync { id status outcome lastError }
    }
  }
`)

type VenuesData = ResultOf<typeof venuesQuery>
export type Venue = VenuesData['venues'][number]
export type VenuePage = VenuesData['venuePages'][number]

/** What the address says of the events. */
export type EventFilters = Filters<'venue' | 'd1' | 'search'>

export const sourceNames = { LIV: 'LIV', WYNN: 'Wynn Social', TAO: 'TAO Group' } as const
