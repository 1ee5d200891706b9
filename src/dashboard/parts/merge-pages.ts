type Items<Item> = readonly Item[]

interface FirstPage<Item> {
  items: Items<Item>
  /** of all pages */
  totalCount: number
  isLast: boolean
}

/**
 * The list after its first page was read again. What the page holds is as it is now; what lies after it stays, as far
 * as there still is so much. Where the page has nothing of what was known, more was added than a page holds, and the
 * list begins anew.
 */
export function mergeFirstPage<Item extends { id: string }>(
  known: Items<Item>,
  { items, totalCount, isLast }: FirstPage<Item>,
): Items<Item> {
  if (isLast) return items
  const inPage = new Set(items.map(({ id }) => id))
  const lastKnown = known.findLastIndex(({ id }) => inPage.has(id))
  const merged = lastKnown === -1 ? items : [...items, ...known.slice(lastKnown + 1)]
  return merged.length > totalCount ? items : merged
}

/** The list with its next page, without what is in it already. */
export function mergeNextPage<Item extends { id: string }>(known: Items<Item>, page: Items<Item>): Items<Item> {
  const ids = new Set(known.map(({ id }) => id))
  return [...known, ...page.filter(({ id }) => !ids.has(id))]
}
