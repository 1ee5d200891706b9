import { graphql, type ResultOf } from '../../api/graphql.ts'
import { liveRun } from '../../live/live-run.ts'

/** What is in work when the page is opened is read here; of what comes later, the events tell. */
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
