import { useEffect, useEffectEvent, useState } from 'react'
import { client } from '../../api/client.ts'
import type { ResultOf } from '../../api/graphql.ts'
import { gatherImages } from '../../live/images.ts'
import { type Pages, usePages } from '../../parts/use-pages.ts'
import { type GalleryFilter, galleryHead, galleryQuery, type TileImage, tilesByIds } from './gallery-query.ts'

export interface Gallery {
  pages: Pages<TileImage>
  /** how many there are that are not shown yet */
  newCount: number
  showNew(): void
  /** reads again what some of these may have become, and takes those out that are not in it any more */
  refresh(): void
}

const pageOf = (answer: ResultOf<typeof galleryQuery>) => answer.images

/** How long changes are gathered before they are asked for, ms. */
const gatherMs = 1_000

/** How many are asked for at once, and how many after a time in which any may have changed. */
const atOnce = 100
const atMost = 500

/** Images of a filter. Those shown are kept as they are now, in their places; new ones wait until they are asked for. */
export function useGallery(filter: GalleryFilter): Gallery {
  const pages = usePages({ query: galleryQuery, variables: { filter }, pageOf, on: [] })
  const key = JSON.stringify(filter)
  const [found, setFound] = useState({ key, count: 0 })
  const isListed = ({ status }: TileImage) => (status === 'DELETED') === filter.status.includes('DELETED')

  async function look(changed: ReadonlySet<string>): Promise<void> {
    const isAny = changed.size === 0
    const shown = pages.items.map(({ id }) => id).filter((id) => isAny || changed.has(id))
    for (let from = 0; from < Math.min(shown.length, atMost); from += atOnce) {
      const now = await readTiles(shown.slice(from, from + atOnce))
      pages.change((items) => items.map((item) => now.get(item.id) ?? item).filter(isListed))
    }
    if (isAny || shown.length < changed.size) await lookForNew()
  }

  async function lookForNew(): Promise<void> {
    const { data } = await client.query(galleryHead, { filter }, { requestPolicy: 'network-only' }).toPromise()
    if (!data) return
    const known = new Set(pages.items.map(({ id }) => id))
    const count = data.images.nodes.filter(({ id }) => !known.has(id)).length
    // where there is nothing, nothing can jump
    if (known.size === 0 && count > 0) pages.reload()
    else setFound({ key, count })
  }

  const onChange = useEffectEvent((changed: ReadonlySet<string>) => void look(changed))
  useEffect(() => gatherImages(gatherMs, (changed) => onChange(changed)), [])

  return {
    pages,
    newCount: found.key === key ? found.count : 0,
    showNew() {
      setFound({ key, count: 0 })
      pages.reload()
      scrollTo({ top: 0 })
    },
    refresh() {
      pages.reload()
      void look(new Set())
    },
  }
}

async function readTiles(ids: string[]): Promise<Map<string, TileImage>> {
  const { data } = await client.query(tilesByIds, { ids }, { requestPolicy: 'network-only' }).toPromise()
  const images = (data?.nodes ?? []).filter((node) => node?.__typename === 'Image') as TileImage[]
  return new Map(images.map((image) => [image.id, image]))
}
