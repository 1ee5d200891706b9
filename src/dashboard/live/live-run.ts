import { graphql, type ResultOf } from '../api/graphql.ts'

/** What every page needs of a run that may be going on. */
export const liveRun = graphql(`
  fragment LiveRun on ProcessingRun {
    id
    kind
    status
    outcome
    scope
    dryRun
    totalCount
    processedCount
    waitingCount
    activeCount
    retryingCount
    succeededCount
    skippedCount
    failedCount
    cancelledCount
    progress
    etaSeconds
    eventSeq
    pausedAt
    pausedBy
    createdAt
    startedAt
    finishedAt
  }
`)

export type LiveRun = ResultOf<typeof liveRun>

const over: readonly LiveRun['status'][] = ['SUCCEEDED', 'FAILED', 'CANCELLED']

export const isOver = ({ status }: Pick<LiveRun, 'status'>) => over.includes(status)

/** Whichever of two looks at one run is the later one; answers may overtake each other. */
export function newerOf<T extends Pick<LiveRun, 'eventSeq'>>(known: T | undefined, seen: T): T {
  return known && known.eventSeq > seen.eventSeq ? known : seen
}
