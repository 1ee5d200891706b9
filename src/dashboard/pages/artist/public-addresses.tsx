import { Bytes } from '../../parts/bytes.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { Artist, VenueNames } from './artist-query.ts'

const columns = [
  { name: 'Address' },
  { name: 'Venue', is: 'wide' },
  { name: 'Stored', is: 'wide' },
  { name: 'Copy', is: 'number' },
] as const

/** Where what is shown of an artist is served to everybody. */
export function PublicAddresses({ pictures, venues }: { pictures: Artist['pictures']; venues: VenueNames }) {
  return (
    <section className="panel" aria-labelledby="addresses">
      <h2 id="addresses">Public addresses</h2>
      {pictures.length === 0 ? (
        <EmptyState title="Nothing is published yet" />
      ) : (
        <Table
          label="Public addresses"
          columns={columns}
          rows={pictures.map(({ key, url, venueTag, width, height, byteSize, storedAt }) => ({
            key,
            cells: [
              <span key="url" className="address">
                <a href={url} title={url}>
                  {key.slice(key.lastIndexOf('/') + 1)}
                </a>
                <small>
                  {width} × {height}, <Bytes count={byteSize} />
                </small>
              </span>,
              venues(venueTag),
              <RelativeTime key="stored" at={storedAt} />,
              <CopyButton key="copy" text={() => new URL(url, location.href).href}>
                Copy URL
              </CopyButton>,
            ],
          }))}
        />
      )}
    </section>
  )
}
