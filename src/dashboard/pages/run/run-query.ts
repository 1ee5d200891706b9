import { graphql, type ResultOf } from '../../api/graphql.ts'
import { liveRun } from '../../live/live-run.ts'

/** One more than are in work at once on most machines; the events tell of the rest. */
export const runQuery = graphql(
  `query Run($id: ID!) {
    run(id: $id) {
      ...LiveRun
      waitingCount
      activeCount
      retryingCount
      startedBy
      pausedBy
      cancelledBy
      requestId
      cancelReason
      lastError
      failures { code count message stage retryable }
      parent { ...LiveRun }
      retries { ...LiveRun }
      inWork: tasks(first: 16, status: [RUNNING]) {
        nodes { id subject stage startedAt }
      }
    }
  }`,
  [liveRun],
)

export type Run = NonNullable<ResultOf<typeof runQuery>['run']>

export const addressOfRun = (id: string) => `/runs/${encodeURIComponent(id)}`
