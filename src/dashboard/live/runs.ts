import { useMemo } from 'react'
import { stringifyDocument } from 'urql'
import { client } from '../api/client.ts'
import { graphql, type ResultOf } from '../api/graphql.ts'
import { ring } from './bell.ts'
import { isOver, type LiveRun, liveRun, newerOf } from './live-run.ts'
import { connection, socket } from './socket.ts'
import { createStore, useStore } from './store.ts'

const runUpdated = graphql(`subscription RunUpdated { runUpdated { ...LiveRun } }`, [liveRun])

const runsByIds = graphql(`query RunsByIds($ids: [ID!]!) { nodes(ids: $ids) { __typename ...LiveRun } }`, [liveRun])

type Runs = ReadonlyMap<string, LiveRun>

/** The runs under way, and those that have ended since the page was opened, as they were last heard of. */
const runs = createStore<Runs>(new Map())

/** How many that are over are kept. */
const kept = 100

function learn(seen: readonly LiveRun[]): void {
  const next = new Map(runs.get())
  for (const run of seen) {
    const newer = newerOf(next.get(run.id), run)
    // at the end, as the latest
    next.delete(run.id)
    next.set(run.id, newer)
  }
  const ended = [...next.values()].filter(isOver)
  for (const { id } of ended.slice(0, Math.max(0, ended.length - kept))) next.delete(id)
  runs.set(next)
  ring('runs')
}

/** Of the runs that ended while there was no connection, nothing is told afterwards: they are asked for. */
async function catchUp(): Promise<void> {
  const ids = [...runs.get().values()].filter((run) => !isOver(run)).map(({ id }) => id)
  if (ids.length > 0) {
    const { data } = await client.query(runsByIds, { ids }, { requestPolicy: 'network-only' }).toPromise()
    learn((data?.nodes ?? []).filter((node) => node?.__typename === 'ProcessingRun') as LiveRun[])
  }
  ring('runs')
  ring('images')
}

/** Begins to follow all runs, for as long as the page is open. */
export function followRuns(): () => void {
  let wasLost = false
  const stopListening = connection.listen(() => {
    const { state } = connection.get()
    if (state === 'live' && wasLost) void catchUp()
    wasLost = state === 'lost'
  })
  const stopFollowing = socket.subscribe<ResultOf<typeof runUpdated>>(
    { query: stringifyDocument(runUpdated) },
    {
      next({ data }) {
        if (data) learn([data.runUpdated])
      },
      // a connection that ends for good leads to where one signs in
      error() {},
      complete() {},
    },
  )
  return () => {
    stopListening()
    stopFollowing()
  }
}

/** The runs under way, newest first. */
export function useActiveRuns(): LiveRun[] {
  const all = useStore(runs)
  return useMemo(
    () => [...all.values()].filter((run) => !isOver(run)).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
    [all],
  )
}

/** One run as last heard of, or as `read` in a query when that is later. */
export function useRun<T extends LiveRun>(read: T): T {
  const heard = useStore(runs).get(read.id)
  return heard && heard.eventSeq > read.eventSeq ? { ...read, ...heard } : read
}
