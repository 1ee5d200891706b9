import { graphql, type ResultOf } from '../../api/graphql.ts'

export const overviewQuery = graphql(`
  query Overview {
    imageCounts { total ready processing partial failed }
    queue {
      concurrency
      running
      retrying
      nextAttemptAt
      waitingInteractive
      waitingBackground
      paused
      oldestRunAt
      storageDownSince
      redisDownSince
    }
    d1 {
      place
      dueCount
      waitingForPicture
      syncedAt
      lastSync { id status outcome lastError finishedAt }
    }
    tasks(first: 6, status: [FAILED]) {
      nodes {
        id
        subject
        errorCode
        errorMessage
        errorStage
        attempt
        finishedAt
        run { id kind }
        image { id status }
      }
    }
  }
`)

export type Overview = ResultOf<typeof overviewQuery>
