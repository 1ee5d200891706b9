import { graphql, type ResultOf } from '../../api/graphql.ts'
import { attempts } from '../../parts/attempts.tsx'
import { thumb } from '../../parts/thumb.tsx'

export const taskQuery = graphql(
  `query Task($id: ID!) {
    node(id: $id) {
      __typename
      ... on Task {
        ...Attempts
        subject
        status
        stage
        attempt
        nextAttemptAt
        errorCode
        errorMessage
        errorStage
        retryable
        createdAt
        startedAt
        finishedAt
        image { ...Thumb }
        run { id requestId }
      }
    }
  }`,
  [attempts, thumb],
)

type Node = NonNullable<ResultOf<typeof taskQuery>['node']>

export type ShownTask = Extract<Node, { __typename: 'Task' }>
