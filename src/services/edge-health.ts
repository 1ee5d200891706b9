import type { CallResult, Observe } from './observations.ts'

export interface EdgeHealth {
  /** when a call worked last; null before the first one that did */
  lastSuccessAt: Date | null
  /** since when none has worked; null while they do */
  downSince: Date | null
}

export interface WatchedEdges {
  /** tells what it is given on, and learns from it */
  observe: Observe
  /** downSince is not told: whether a storage is away takes more than one call to say */
  readonly storage: Pick<EdgeHealth, 'lastSuccessAt'>
  readonly d1: EdgeHealth
}

const troubles: ReadonlySet<CallResult> = new Set(['unavailable', 'refused'])

/** Learns from what is measured how the edges of the service do, as this process sees them. */
export function watchEdges(observe: Observe): WatchedEdges {
  const storage: Pick<EdgeHealth, 'lastSuccessAt'> = { lastSuccessAt: null }
  const d1: EdgeHealth = { lastSuccessAt: null, downSince: null }

  function noteD1(result: CallResult, seconds: number): void {
    if (result === 'ok') Object.assign(d1, { lastSuccessAt: new Date(), downSince: null })
    // since the call that did not work was made
    if (troubles.has(result)) d1.downSince ??= new Date(Date.now() - seconds * 1_000)
  }

  return {
    storage,
    d1,
    observe(what, labels, seconds = 0) {
      observe(what, labels, seconds)
      const { result } = labels as { result?: CallResult }
      if (what === 'storage' && result === 'ok') storage.lastSuccessAt = new Date()
      if (what === 'd1' && result) noteD1(result, seconds)
    },
  }
}
