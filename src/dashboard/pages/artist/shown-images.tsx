import { Link } from 'wouter'
import { addressOfImage } from '../../parts/addresses.ts'
import { State } from '../../parts/state.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Thumb } from '../../parts/thumb.tsx'
import type { Artist, PartProps } from './artist-query.ts'
import { PinButton } from './pin-button.tsx'

type Reason = Artist['shownImages'][number]['reason']

const reasons = {
  PINNED: { text: 'Pinned', tone: 'decision' },
  NEWEST_FOR_VENUE: { text: 'Newest for the venue', tone: 'storage' },
  BEST: { text: 'Best of all', tone: 'stage' },
} as const satisfies Record<Reason, object>

/** What is shown of an artist at each venue, and why that. */
export function ShownImages({ artist, venues, mayEdit, onChange }: PartProps) {
  const { shownImages, pinnedImage } = artist
  return (
    <section className="panel" aria-labelledby="shown">
      <h2 id="shown">Shown now</h2>
      {shownImages.length === 0 && (
        <EmptyState title="Nothing can be shown yet">
          <p>An image is shown once it has the variants of the recipe artist. Pin one, and they are made.</p>
        </EmptyState>
      )}
      <ul className="shown-images">
        {shownImages.map(({ venueTag, reason, explanation, image, pictures }) => (
          <li key={venueTag}>
            <Link className="shown-face" href={addressOfImage(image.id)}>
              <Thumb image={image} sizes="112px" alt={image.filename} />
            </Link>
            <div className="shown-why">
              <strong>{venues(venueTag)}</strong>
              <State tone={reasons[reason].tone}>{reasons[reason].text}</State>
              <p>{explanation}</p>
              {pictures.length === 0 && <small>Being copied to its public address.</small>}
            </div>
          </li>
        ))}
      </ul>
      {pinnedImage && (
        <div className="pinned">
          <p>
            <Link href={addressOfImage(pinnedImage.id)}>{pinnedImage.filename}</Link> is pinned
            {shownImages.some(({ reason }) => reason === 'PINNED')
              ? '.'
              : ', and is shown as soon as its variants are made.'}
          </p>
          {mayEdit && <PinButton artist={artist} image={pinnedImage} isPinned venues={venues} onChange={onChange} />}
        </div>
      )}
    </section>
  )
}
