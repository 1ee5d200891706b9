import { useMutation } from 'urql'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import type { Artist, VenueNames } from './artist-query.ts'

const pinArtistImage = graphql(`
  mutation PinArtistImage($artistId: ID!, $imageId: ID) {
    pinArtistImage(input: { artistId: $artistId, imageId: $imageId }) {
      __typename
      ... on Artist { id pinnedImage { id } }
      ... on Error { message }
    }
  }
`)

interface Props {
  artist: Artist
  image: { id: string; filename: string }
  isPinned: boolean
  venues: VenueNames
  onChange: () => void
}

/** Pins an image of an artist, or takes the pin away, once one has read what that changes. */
export function PinButton({ artist, image, isPinned, venues, onChange }: Props) {
  const [, pin] = useMutation(pinArtistImage)

  async function confirm(): Promise<string | null> {
    const said = await pin({ artistId: artist.id, imageId: isPinned ? null : image.id })
    const answer = said.data?.pinArtistImage
    if (answer?.__typename !== 'Artist') return refusalOf(said, answer)
    onChange()
    return null
  }

  if (isPinned) {
    return (
      <ConfirmDialog action="Unpin" question={`Unpin ${image.filename}?`} onConfirm={confirm}>
        <p>Each venue shows its newest image of {artist.name} again, or the best of all where it has none.</p>
        <p>The public addresses stay. Nothing is deleted.</p>
      </ConfirmDialog>
    )
  }
  const others = artist.shownImages.filter((shown) => shown.image.id !== image.id)
  return (
    <ConfirmDialog action="Pin" question={`Show ${image.filename} everywhere?`} onConfirm={confirm}>
      <p>
        {others.length === 0
          ? `It stays what is shown of ${artist.name}, also when newer images come.`
          : `It takes the place of what is shown of ${artist.name} now: ${others.map(({ venueTag }) => venues(venueTag)).join(', ')}.`}
      </p>
      <p>What it lacks for that is made first. The public addresses stay, and nothing is deleted.</p>
    </ConfirmDialog>
  )
}
