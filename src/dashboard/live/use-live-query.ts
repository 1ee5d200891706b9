import { useEffect, useState } from 'react'
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useQuery } from 'urql'
import { listen, type Topic } from './bell.ts'
import { followImages } from './images.ts'

export interface LiveAnswer<Data> {
  /** the newest answer there is; kept while a later one is on its way, and when that fails */
  data: Data | null
  error: CombinedError | null
  /** whether there is nothing to show yet */
  loading: boolean
  ask(): void
}

interface Options<Data, Variables> {
  query: TypedDocumentNode<Data, Variables>
  variables: Variables
  /** asks again when one of these may have changed */
  on: readonly Topic[]
  /** asks again after this time without a ring, ms: for what no ring tells of */
  everyMs?: number
}

/** The shortest time between two questions, ms. */
const restMs = 1_000

/**
 * What a query answers, asked again whenever that may have changed: numbers of the API, as they are now. Rings that come
 * faster than one a second become one.
 */
export function useLiveQuery<Data, Variables extends AnyVariables>({
  query,
  variables,
  on,
  everyMs,
}: Options<Data, Variables>): LiveAnswer<Data> {
  const [{ data, error, operation, fetching }, execute] = useQuery({
    query,
    variables,
    requestPolicy: 'cache-and-network',
  } as Parameters<typeof useQuery<Data, Variables>>[0])
  const [kept, keep] = useState<{ data: Data; key: number | undefined } | null>(null)
  const key = operation?.key
  if (data && data !== kept?.data) keep({ data, key })

  const topics = on.join()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let askedAt = Date.now()
    const ask = () => {
      timer = undefined
      askedAt = Date.now()
      execute({ requestPolicy: 'network-only' })
    }
    const askSoon = () => {
      timer ??= setTimeout(ask, Math.max(0, askedAt + restMs - Date.now()))
    }
    const ends = (topics.split(',') as Topic[]).map((topic) => listen(topic, askSoon))
    if (topics.includes('images')) ends.push(followImages())
    const clock = everyMs ? setInterval(askSoon, everyMs) : undefined
    return () => {
      for (const end of ends) end()
      clearTimeout(timer)
      clearInterval(clock)
    }
  }, [execute, topics, everyMs])

  const shown = data ?? (kept?.key === key ? kept?.data : null) ?? null
  return {
    data: shown,
    error: error ?? null,
    loading: shown === null && (fetching || !error),
    ask: () => execute({ requestPolicy: 'network-only' }),
  }
}
