type Items<Item> = readonly Item[]

/**
 * The list after its first page was read again. What the page holds is as it is now; what lies after it stays. Where the
 * page has nothing of what was known, more was added than a page holds, and the list begins anew.
 */
export function mergeFirstPage<Item extends { id: string }>(known: Items<Item>, page: Items<Item>): Items<Item> {
  const inPage = new Set(page.map(({ id }) => id))
  const lastKnown = known.findLastIndex(({ id }) => inPage.has(id))
  return lastKnown === -1 ? page : [...page, ...known.slice(lastKnown + 1)]
}

/** The list with its next page, without what is in it already. */
export function mergeNextPage<Item extends { id: string }>(known: Items<Item>, page: Items<Item>): Items<Item> {
  const ids = new Set(known.map(({ id }) => id))
  return [...known, ...page.filter(({ id }) => !ids.has(id))]
}
