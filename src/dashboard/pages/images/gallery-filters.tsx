import { X } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import type { ResultOf } from '../../api/graphql.ts'
import { FilterLinks } from '../../parts/filter-links.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import type { Filters } from '../../parts/use-filters.ts'
import type { choicesQuery } from './gallery-query.ts'

type Name = 'status' | 'artist' | 'venue' | 'search'

interface Props {
  filters: Filters<Name>
  /** null while they are read */
  choices: ResultOf<typeof choicesQuery> | null
}

const states = [
  { value: '', text: 'All', name: 'total' },
  { value: 'READY', text: 'Ready', name: 'ready' },
  { value: 'PROCESSING', text: 'Processing', name: 'processing' },
  { value: 'PARTIAL', text: 'Partial', name: 'partial' },
  { value: 'FAILED', text: 'Failed', name: 'failed' },
  { value: 'DELETED', text: 'Deleted', name: 'deleted' },
] as const

export function GalleryFilters({ filters, choices }: Props) {
  const [path, navigate] = useLocation()
  const { artist, venue, search } = filters.values
  // the counts are those of all images
  const counts = artist || venue || search ? null : choices?.imageCounts
  return (
    <div className="gallery-filters">
      <FilterLinks
        label="State"
        name="status"
        filters={filters}
        options={states.map(({ value, text, name }) => ({ value, text, count: counts?.[name] }))}
      />
      <div className="gallery-choices">
        {artist && (
          <Link
            className="filter-chip"
            href={`${path}${filters.hrefWith('artist', '')}`}
            aria-label={`Artist ${artist}: show all artists`}
          >
            Artist: {artist} <X aria-hidden="true" />
          </Link>
        )}
        {choices && (choices.venues.length > 0 || venue) && (
          <select
            className="field"
            aria-label="Venue"
            value={venue}
            onChange={({ target }) => navigate(`${path}${filters.hrefWith('venue', target.value)}`)}
          >
            <option value="">All venues</option>
            {venuesWith(choices.venues, venue).map(({ tag, name }) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
          </select>
        )}
        <SearchField
          label="File or artist"
          value={search}
          onSearch={(text) => filters.replace('search', text)}
        />
      </div>
    </div>
  )
}

/** Also what the address says and nothing is known of, since uploads may name any venue. */
function venuesWith(venues: readonly { tag: string; name: string }[], chosen: string) {
  const isKnown = !chosen || venues.some(({ tag }) => tag === chosen)
  return isKnown ? venues : [...venues, { tag: chosen, name: chosen }]
}
