import { type RefObject, useEffect, useState } from 'react'

export interface Columns {
  count: number
  /** how far down the document the element begins, px */
  top: number
}

/** How many tiles at least this wide fit beside each other into an element, px; one until that is known. */
export function useColumns(element: RefObject<HTMLElement | null>, minWidth: number, gap: number): Columns {
  const [columns, setColumns] = useState<Columns>({ count: 1, top: 0 })
  useEffect(() => {
    const { current } = element
    if (!current) return
    const measure = () => {
      const count = Math.max(1, Math.floor((current.clientWidth + gap) / (minWidth + gap)))
      const top = current.getBoundingClientRect().top + scrollY
      setColumns((before) => (before.count === count && before.top === top ? before : { count, top }))
    }
    const observer = new ResizeObserver(measure)
    // what stands above it may grow too
    for (const observed of [current, document.body]) observer.observe(observed)
    return () => observer.disconnect()
  }, [element, minWidth, gap])
  return columns
}
