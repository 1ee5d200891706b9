import { Link } from 'wouter'
import { addressOfImage } from '../../parts/addresses.ts'
import { formatThings } from '../../parts/format.ts'
import { State } from '../../parts/state.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { Thumb } from '../../parts/thumb.tsx'
import type { Artist, PartProps } from './artist-query.ts'
import { PinButton } from './pin-button.tsx'

type Edge = Artist['images']['edges'][number]

/** The images of an artist, newest first, by the venue that they are for. */
export function ArtistImages(props: PartProps) {
  const { artist, venues } = props
  const { edges } = artist.images
  const venueTags = [...new Set(edges.map(({ venueTag }) => venueTag))]
  return (
    <section className="panel" aria-labelledby="images">
      <div className="panel-head">
        <h2 id="images">Images</h2>
        {edges.length > 0 && <Link href={`/images?artist=${encodeURIComponent(artist.slug)}`}>All images</Link>}
      </div>
      {edges.length === 0 && <EmptyState title="No images yet" />}
      {venueTags.map((venueTag) => (
        <VenueImages
          key={venueTag}
          name={venues(venueTag)}
          edges={edges.filter((edge) => edge.venueTag === venueTag)}
          {...props}
        />
      ))}
      {edges.length < artist.imageCount && <small>The newest {edges.length} are shown.</small>}
    </section>
  )
}

function VenueImages({ name, edges, ...props }: PartProps & { name: string; edges: readonly Edge[] }) {
  return (
    <section className="artist-venue" aria-label={`Images: ${name}`}>
      <h3>
        {name} <small>{formatThings(edges.length, 'image')}</small>
      </h3>
      <ul className="artist-images">
        {edges.map(({ node }) => (
          <ArtistImage key={node.id} image={node} {...props} />
        ))}
      </ul>
    </section>
  )
}

function ArtistImage({ image, artist, venues, mayEdit, onChange }: PartProps & { image: Edge['node'] }) {
  const isPinned = artist.pinnedImage?.id === image.id
  return (
    <li>
      <Link className="artist-face" href={addressOfImage(image.id)} aria-label={image.filename}>
        <Thumb image={image} sizes="200px" alt="" />
      </Link>
      <span className="artist-image-name" title={image.filename}>
        {image.filename}
      </span>
      <div className="artist-image-end">
        {isPinned ? <State tone="decision">Pinned</State> : <StatusBadge status={image.status} />}
        {mayEdit && <PinButton artist={artist} image={image} isPinned={isPinned} venues={venues} onChange={onChange} />}
      </div>
    </li>
  )
}
