import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { AnyVariables, CombinedError, TypedDocumentNode } from 'urql'
import { client } from '../api/client.ts'
import { listen, type Topic } from '../live/bell.ts'
import { followImages } from '../live/images.ts'
import { mergeFirstPage, mergeNextPage } from './merge-pages.ts'

/** What a connection of the API answers. */
export interface Page<Item> {
  nodes: Item[]
  totalCount: number
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

export interface Pages<Item> {
  items: readonly Item[]
  /** of all pages; null until the first is there */
  totalCount: number | null
  hasMore: boolean
  loading: boolean
  error: CombinedError | null
  loadMore(): void
  /** once more, after an error or a change */
  reload(): void
  /** takes in what is known of single items */
  change(change: (items: readonly Item[]) => readonly Item[]): void
}

interface Known<Item> {
  /** of which question */
  key: string
  items: readonly Item[]
  totalCount: number | null
  next: string | null
}

interface Options<Data, Variables, Item> {
  query: TypedDocumentNode<Data, Variables>
  /** all but `first` and `after` */
  variables: Omit<Variables, 'first' | 'after'>
  pageOf: (data: Data) => Page<Item>
  /** reads the first page again when it may have changed */
  on: readonly Topic[]
  /** how many are read at once */
  pageSize?: number
}

/** The shortest time between two looks at the first page, ms. */
const restMs = 1_000

/**
 * A list of any length, read page by page. Items that are added meanwhile come in at the top; none is shown twice and
 * none is left out, since cursors stay where they are.
 */
export function usePages<Data, Variables extends AnyVariables, Item extends { id: string }>({
  query,
  variables,
  pageOf,
  on,
  pageSize = 100,
}: Options<Data, Variables, Item>): Pages<Item> {
  const key = JSON.stringify(variables)
  const [known, setKnown] = useState<Known<Item>>({ key, items: [], totalCount: null, next: null })
  const [error, setError] = useState<CombinedError | null>(null)
  const [loading, setLoading] = useState(true)
  const asking = useRef<string | null>(null)

  const read = useCallback(
    async (after: string | null): Promise<void> => {
      const question = `${key} ${after}`
      if (asking.current === question) return
      asking.current = question
      setLoading(true)
      const asked = { ...(JSON.parse(key) as object), first: pageSize, after } as unknown as Variables
      const answer = await client.query(query, asked, { requestPolicy: 'network-only' }).toPromise()
      if (asking.current !== question) return
      asking.current = null
      setLoading(false)
      setError(answer.error ?? null)
      if (!answer.data) return
      const { nodes, totalCount, pageInfo } = pageOf(answer.data)
      const next = pageInfo.hasNextPage ? pageInfo.endCursor : null
      setKnown((before) => {
        const same = before.key === key
        if (after !== null && same) return { key, totalCount, next, items: mergeNextPage(before.items, nodes) }
        const items = mergeFirstPage(same ? before.items : [], nodes)
        // what was read before goes on where it was
        return { key, totalCount, items, next: items.length > nodes.length ? before.next : next }
      })
    },
    [key, query, pageOf, pageSize],
  )

  useEffect(() => void read(null), [read])

  /** false: a page is on its way, so later */
  const lookAgain = useEffectEvent((): boolean => {
    if (asking.current !== null) return false
    void read(null)
    return true
  })
  const topics = on.join()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        if (!lookAgain()) soon()
      }, restMs)
    }
    const ends = (topics ? (topics.split(',') as Topic[]) : []).map((topic) => listen(topic, soon))
    if (topics.includes('images')) ends.push(followImages())
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [topics])

  const isCurrent = known.key === key
  return {
    items: isCurrent ? known.items : [],
    totalCount: isCurrent ? known.totalCount : null,
    hasMore: isCurrent && known.next !== null,
    loading: loading || !isCurrent,
    error,
    loadMore: () => {
      if (known.next !== null && !loading) void read(known.next)
    },
    reload: () => void read(null),
    change: (change) =>
      setKnown((before) => (before.key === key ? { ...before, items: change(before.items) } : before)),
  }
}
