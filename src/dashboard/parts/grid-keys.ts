interface Grid {
  columns: number
  /** rows in view */
  page: number
  count: number
}

/** Where a key leads from `index` in a grid, or null for a key that does not move. */
export function moveBy(key: string, index: number, { columns, page, count }: Grid): number | null {
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: columns * page,
    PageUp: -columns * page,
    Home: -count,
    End: count,
  }
  const step = steps[key]
  if (step === undefined || count === 0) return null
  const wanted = index + step
  // up from the first row and down from the last row lead nowhere
  if ((key === 'ArrowUp' && wanted < 0) || (key === 'ArrowDown' && wanted >= count)) return index
  return Math.min(count - 1, Math.max(0, wanted))
}
