import { Upload } from 'lucide-react'
import { Link } from 'wouter'
import { useMay } from '../api/viewer.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { PageHeader } from '../parts/page-header.tsx'
import type { PageProps } from '../routes.ts'
import { AboutArtist } from './artist/about-artist.tsx'
import { type Artist, artistQuery, type VenueNames, venueNames } from './artist/artist-query.ts'
import { ArtistEvents } from './artist/events.tsx'
import { ArtistImages } from './artist/images.tsx'
import { PublicAddresses } from './artist/public-addresses.tsx'
import { ShownImages } from './artist/shown-images.tsx'
import { ArtistDialog } from './artists/artist-dialog.tsx'
import { NotFoundPage } from './not-found.tsx'

/** What is shown of an artist is copied in the background, of which nothing rings; ms. */
const lookEveryMs = 5_000

export function ArtistPage({ params }: PageProps) {
  const variables = { slug: params.slug ?? '' }
  const answer = useLiveQuery({ query: artistQuery, variables, on: ['images'], everyMs: lookEveryMs })
  if (answer.data?.artist === null) return <NotFoundPage thing="artist" />
  return (
    <Answered answer={answer} label="Artist" lines={8}>
      {({ artist, venues }) =>
        artist && <KnownArtist artist={artist} venues={venueNames(venues)} onChange={answer.ask} />
      }
    </Answered>
  )
}

interface Props {
  artist: Artist
  venues: VenueNames
  onChange: () => void
}

function KnownArtist({ artist, venues, onChange }: Props) {
  const { name, aliases } = artist
  const mayEdit = useMay('editor')
  return (
    <>
      <PageHeader title={name}>
        {mayEdit && (
          <>
            <ArtistDialog
              action="Edit aliases"
              title={`Aliases of ${name}`}
              artist={{ name, aliases }}
              onSaved={onChange}
            />
            <Link className="button" data-kind="primary" href={`/upload?artist=${encodeURIComponent(name)}`}>
              <Upload aria-hidden="true" />
              Upload images
            </Link>
          </>
        )}
      </PageHeader>
      <div className="artist-columns">
        <div className="artist-main">
          <ShownImages artist={artist} venues={venues} mayEdit={mayEdit} onChange={onChange} />
          <ArtistImages artist={artist} venues={venues} mayEdit={mayEdit} onChange={onChange} />
          <PublicAddresses pictures={artist.pictures} venues={venues} />
        </div>
        <div className="artist-side">
          <AboutArtist artist={artist} />
          <ArtistEvents events={artist.events} />
        </div>
      </div>
    </>
  )
}
