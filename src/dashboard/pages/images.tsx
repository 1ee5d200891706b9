import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { useMay } from '../api/viewer.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { addressOfImage } from '../parts/addresses.ts'
import { FirstImage } from '../parts/first-image.tsx'
import { formatThings } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { PagedList } from '../parts/paged-list.tsx'
import type { Selected } from '../parts/selection.ts'
import { EmptyState } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { GalleryFilters } from './images/gallery-filters.tsx'
import { choicesQuery, type GalleryFilter, imageStates } from './images/gallery-query.ts'
import { NewImages } from './images/new-images.tsx'
import { SelectionBar } from './images/selection-bar.tsx'
import { Tile, useTileLayout } from './images/tile.tsx'
import { useGallery } from './images/use-gallery.ts'

const nothing: Selected = new Set()

export function ImagesPage() {
  const filters = useFilters(['status', 'artist', 'venue', 'search'])
  const choices = useLiveQuery({ query: choicesQuery, variables: {}, on: ['images', 'runs'] })
  const { status, artist, venue, search } = filters.values
  const filter = useMemo<GalleryFilter>(
    () => ({
      status: imageStates.filter((state) => state === status),
      artistSlug: artist || null,
      venueTag: venue || null,
      search: search || null,
    }),
    [status, artist, venue, search],
  )
  const { pages, newCount, showNew, refresh } = useGallery(filter)
  const key = JSON.stringify(filter)
  const [chosen, choose] = useState({ key, keys: nothing })
  const keys = chosen.key === key ? chosen.keys : nothing
  const selection = { keys, onChange: (next: Selected) => choose({ key, keys: next }) }
  const layout = useTileLayout()
  const isFiltered = Object.values(filters.values).some(Boolean)
  return (
    <>
      <PageHeader title="Images">
        {pages.totalCount !== null && <span className="number">{formatThings(pages.totalCount, 'image')}</span>}
      </PageHeader>
      <GalleryFilters filters={filters} choices={choices.data} />
      <NewImages count={newCount} onShow={showNew} />
      <PagedList
        label="Images"
        pages={pages}
        layout={layout}
        hrefOf={({ id }) => addressOfImage(id)}
        nameOf={({ filename }) => filename}
        empty={isFiltered ? <NoMatch /> : <FirstImage />}
        {...(useMay('editor') && { selection })}
      >
        {(image) => <Tile image={image} height={layout.height} />}
      </PagedList>
      <SelectionBar key={key} filter={filter} total={pages.totalCount ?? 0} selection={selection} onDone={refresh} />
    </>
  )
}

function NoMatch() {
  return (
    <EmptyState title="No image matches">
      <Link href="/images">Show all images</Link>
    </EmptyState>
  )
}
