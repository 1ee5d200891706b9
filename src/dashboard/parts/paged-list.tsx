import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { PagedCell } from './paged-cell.tsx'
import { extended, type Selection, toggled } from './selection.ts'
import { ErrorState, Skeleton } from './states.tsx'
import { useColumns } from './use-columns.ts'
import { useGrid } from './use-grid.ts'
import type { Pages } from './use-pages.ts'

interface Props<Item> {
  /** what is in it: Images */
  label: string
  pages: Pages<Item>
  /** px; without a `tileWidth`, each item is a row of its own */
  layout: { height: number; tileWidth?: number }
  /** the address of an item */
  hrefOf: (item: Item) => string
  /** the name of an item, for those who do not see it */
  nameOf: (item: Item) => string
  children: (item: Item) => ReactNode
  /** shown when there is nothing */
  empty: ReactNode
  /** where one may select */
  selection?: Selection
}

const gap = 8

/** How many rows before the end the next page is asked for. */
const aheadRows = 10

/** A list of any length, read page by page, or why there is none. */
export function PagedList<Item extends { id: string }>(props: Props<Item>) {
  const { label, pages, empty } = props
  const { items, totalCount, loading, error, reload } = pages
  if (totalCount === null && error && !loading) return <ErrorState error={error} onTryAgain={reload} />
  if (totalCount === null) return <Skeleton label={`${label}: loading`} lines={8} />
  return items.length === 0 ? empty : <Grid {...props} />
}

/**
 * Only what is in view is in the document. One tab stop: arrows, Home, End and page keys move, Enter opens, Space selects,
 * with Shift everything on the way.
 */
function Grid<Item extends { id: string }>({ label, pages, layout, hrefOf, nameOf, children, selection }: Props<Item>) {
  const { items, totalCount } = pages
  const grid = useRef<HTMLDivElement>(null)
  const [, navigate] = useLocation()
  const lastToggled = useRef(0)
  const { count: fitting, top } = useColumns(grid, layout.tileWidth ?? 0, gap)
  const columns = layout.tileWidth ? fitting : 1
  const ids = items.map(({ id }) => id)
  const { virtualizer, active, setActive, press } = useGrid({
    grid,
    ids,
    columns,
    row: { height: layout.height, gap: layout.tileWidth ? gap : 0, top },
    selection,
    open(index) {
      const item = items[index]
      if (item) navigate(hrefOf(item))
    },
  })
  function toggle(index: number, isExtending: boolean): void {
    const [id = ''] = ids.slice(index)
    selection?.onChange(
      isExtending ? extended(selection.keys, ids, lastToggled.current, index) : toggled(selection.keys, id),
    )
    lastToggled.current = index
  }
  useMoreAhead(pages, virtualizer.range?.endIndex ?? 0, columns)

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table has no tiles, and all its rows are in the document
    <div
      ref={grid}
      className="paged-list"
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={Math.ceil((totalCount ?? 0) / columns)}
      aria-colcount={columns}
      aria-multiselectable={selection ? true : undefined}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={press}
    >
      {virtualizer.getVirtualItems().map(({ index: row, start }) => (
        // biome-ignore lint/a11y/useFocusableInteractive: its cells are
        // biome-ignore lint/a11y/useSemanticElements: as of the grid
        <div
          key={row}
          className="paged-row"
          role="row"
          aria-rowindex={row + 1}
          style={{
            height: layout.height,
            transform: `translateY(${start - top}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {items.slice(row * columns, (row + 1) * columns).map((item, column) => (
            <PagedCell
              key={item.id}
              index={row * columns + column}
              isActive={row * columns + column === active}
              href={hrefOf(item)}
              name={nameOf(item)}
              isSelected={selection?.keys.has(item.id)}
              onToggle={(isExtending) => toggle(row * columns + column, isExtending)}
              onFocus={() => setActive(row * columns + column)}
            >
              {children(item)}
            </PagedCell>
          ))}
        </div>
      ))}
    </div>
  )
}

/** Reads the next page before one comes to the end of what is there. */
function useMoreAhead({ items, hasMore, loading, loadMore }: Pages<unknown>, lastRow: number, columns: number): void {
  useEffect(() => {
    if (hasMore && !loading && lastRow >= items.length / columns - aheadRows) loadMore()
  })
}
