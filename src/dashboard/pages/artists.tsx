import { ImageOff } from 'lucide-react'
import { useLocation } from 'wouter'
import { graphql, type ResultOf } from '../api/graphql.ts'
import { useMay } from '../api/viewer.ts'
import { formatThings } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { PagedList } from '../parts/paged-list.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { EmptyState } from '../parts/states.tsx'
import { Thumb, thumb } from '../parts/thumb.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { usePages } from '../parts/use-pages.ts'
import { ArtistDialog } from './artists/artist-dialog.tsx'

const artistsQuery = graphql(
  `query Artists($first: Int!, $after: String, $search: String) {
    artists(first: $first, after: $after, search: $search) {
      totalCount
      nodes { id slug name imageCount pinnedImage { id } image { image { ...Thumb } } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [thumb],
)

type Artist = ResultOf<typeof artistsQuery>['artists']['nodes'][number]

const pageOf = (answer: ResultOf<typeof artistsQuery>) => answer.artists

/** The API decides for one artist after the other what is shown. */
const pageSize = 20

/** px */
const tile = { height: 204, tileWidth: 148 }

const artistPath = (slug: string) => `/artists/${encodeURIComponent(slug)}`

export function ArtistsPage() {
  const filters = useFilters(['search'])
  const { search } = filters.values
  const pages = usePages({ query: artistsQuery, variables: { search: search || null }, pageOf, on: [], pageSize })
  const mayEdit = useMay('editor')
  const [, navigate] = useLocation()
  const add = mayEdit && (
    <ArtistDialog action="Add artist" title="Add an artist" onSaved={(slug) => navigate(artistPath(slug))} />
  )
  return (
    <>
      <PageHeader title="Artists">
        {pages.totalCount !== null && <span className="number">{formatThings(pages.totalCount, 'artist')}</span>}
        {add}
      </PageHeader>
      <search>
        <SearchField
          label="Search artists"
          value={search}
          onSearch={(text) => filters.replace('search', text.trim())}
        />
      </search>
      <PagedList
        label="Artists"
        pages={pages}
        layout={tile}
        hrefOf={({ slug }) => artistPath(slug)}
        nameOf={({ name }) => name}
        empty={<NoArtists search={search} />}
      >
        {(artist) => <ArtistTile artist={artist} />}
      </PagedList>
    </>
  )
}

function NoArtists({ search }: { search: string }) {
  if (search) return <EmptyState title={`No artist is called anything like “${search}”`} />
  return (
    <EmptyState title="No artists yet">
      <p>They come with uploads that name them, and with the pages of venues.</p>
    </EmptyState>
  )
}

function ArtistTile({ artist: { name, imageCount, pinnedImage, image } }: { artist: Artist }) {
  return (
    <div className="artist-tile">
      <div className="artist-face">
        {image ? <Thumb image={image.image} sizes="240px" alt="" /> : <ImageOff aria-hidden="true" />}
      </div>
      <strong title={name}>{name}</strong>
      <small>
        {imageCount === 0 ? 'No images' : formatThings(imageCount, 'image')}
        {pinnedImage && ', pinned'}
      </small>
    </div>
  )
}
