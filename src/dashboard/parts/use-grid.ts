import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { moveBy } from './grid-keys.ts'
import { extended, type Selection, toggled } from './selection.ts'

interface Options {
  grid: RefObject<HTMLElement | null>
  ids: readonly string[]
  columns: number
  /** px */
  row: { height: number; gap: number; top: number }
  selection: Selection | undefined
  open: (index: number) => void
}

/** Rows before and after those in view, so that there is something to see while one scrolls. */
const overscan = 3

/** Which rows are in the document, and what keys do in them: arrows, Home, End and page keys, Enter, Space, Escape. */
export function useGrid({ grid, ids, columns, row, selection, open }: Options) {
  const [last, setActive] = useState(0)
  /** where the focus is to go as soon as it is in the document */
  const wanted = useRef<number | null>(null)
  // the list may have become shorter
  const active = Math.min(last, ids.length - 1)
  const activeRow = Math.floor(active / columns)
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(ids.length / columns),
    estimateSize: () => row.height,
    gap: row.gap,
    overscan,
    scrollMargin: row.top,
    // what has the focus keeps it, wherever one scrolls
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), activeRow])].sort((a, b) => a - b),
  })

  useEffect(() => {
    const cell = grid.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`)
    if (!cell) return
    wanted.current = null
    cell.focus({ preventScroll: true })
  })

  function move(to: number, isExtending: boolean): void {
    if (isExtending && selection) selection.onChange(extended(selection.keys, ids, active, to))
    wanted.current = to
    setActive(to)
    virtualizer.scrollToIndex(Math.floor(to / columns))
  }

  const doing: Record<string, () => void> = {
    Enter: () => open(active),
    ' ': () => selection?.onChange(toggled(selection.keys, ids[active] ?? '')),
    Escape: () => selection?.onChange(new Set()),
  }

  function press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(innerHeight / row.height) - 1)
    const to = moveBy(event.key, active, { columns, page, count: ids.length })
    const act = doing[event.key]
    if (to === null && !act) return
    event.preventDefault()
    if (to === null) act?.()
    else move(to, event.shiftKey)
  }

  return { virtualizer, active, setActive, press }
}
