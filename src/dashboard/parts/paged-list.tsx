import type { ReactElement, ReactNode } from 'react'
import {
  Collection,
  GridLayout,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  ListLayout,
  type Selection,
  Size,
  Virtualizer,
} from 'react-aria-components'
import { ErrorState, Skeleton } from './states.tsx'
import type { Pages } from './use-pages.ts'

interface Props<Item> {
  /** what is in it: Images */
  label: string
  pages: Pages<Item>
  /** rows of this height, or tiles at least this wide and twice as much at most, px */
  layout: { rowHeight: number } | { tileWidth: number; tileHeight: number }
  /** the address of an item, opened by a click or Enter */
  hrefOf: (item: Item) => string
  /** the name of an item, for those who do not see it and for typing ahead */
  nameOf: (item: Item) => string
  children: (item: Item) => ReactNode
  /** shown when there is nothing */
  empty: ReactNode
  /** what is selected, where one may: by Space, by the box, or all with Ctrl+A */
  selection?: { keys: Selection; onChange: (keys: Selection) => void }
}

const gap = 8

/**
 * A list of any length of which only what is in view is in the document. One tab stop: arrows, Home, End and page keys
 * move, Enter opens, Space selects.
 */
export function PagedList<Item extends { id: string }>(props: Props<Item>) {
  const { label, pages, layout, hrefOf, nameOf, children, empty, selection } = props
  const { items, totalCount, hasMore, loading, error, loadMore, reload } = pages
  if (totalCount === null && error && !loading) return <ErrorState error={error} onTryAgain={reload} />
  if (totalCount === null) return <Skeleton label={`${label}: loading`} lines={8} />
  if (items.length === 0) return empty

  const isTiles = 'tileWidth' in layout
  const list = (
    <GridList
      className="paged-list"
      aria-label={label}
      layout={isTiles ? 'grid' : 'stack'}
      {...(selection && {
        selectionMode: 'multiple' as const,
        selectedKeys: selection.keys,
        onSelectionChange: selection.onChange,
      })}
    >
      <Collection items={items}>
        {(item) => (
          <GridListItem className="paged-item" href={hrefOf(item)} textValue={nameOf(item)}>
            {children(item)}
          </GridListItem>
        )}
      </Collection>
      {hasMore && (
        <GridListLoadMoreItem className="paged-more" onLoadMore={loadMore} isLoading={loading}>
          Loading more
        </GridListLoadMoreItem>
      )}
    </GridList>
  ) as ReactElement
  return isTiles ? (
    <Virtualizer
      layout={GridLayout}
      layoutOptions={{
        minItemSize: new Size(layout.tileWidth, layout.tileHeight),
        maxItemSize: new Size(layout.tileWidth * 2, layout.tileHeight * 2),
        minSpace: new Size(gap, gap),
        preserveAspectRatio: true,
      }}
    >
      {list}
    </Virtualizer>
  ) : (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: layout.rowHeight, loaderHeight: layout.rowHeight }}>
      {list}
    </Virtualizer>
  )
}
