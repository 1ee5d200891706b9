import { stringifyDocument } from 'urql'
import { graphql, type ResultOf } from '../api/graphql.ts'
import { liveRun } from './live-run.ts'
import { socket } from './socket.ts'

const runProgress = graphql(
  `subscription RunProgress($runId: ID!, $afterSeq: Int!) {
    runProgress(runId: $runId, afterSeq: $afterSeq) {
      seq
      type
      message
      createdAt
      run { ...LiveRun }
      task {
        id
        status
        stage
        attempt
        nextAttemptAt
        startedAt
        finishedAt
        subject
        errorCode
        errorMessage
        errorStage
        image { id }
      }
      variant { recipe name format width height byteSize url }
    }
  }`,
  [liveRun],
)

export type RunEvent = ResultOf<typeof runProgress>['runProgress']

interface Listener {
  onEvent(event: RunEvent): void
  /** after the last event of the run */
  onEnd?(): void
  /** a sentence; nothing more comes */
  onError?(message: string): void
}

/**
 * The events of a run after `afterSeq`, each once and without gaps, whatever becomes of the connection, until the run
 * ends. Returns what ends it before.
 */
export function followRun(runId: string, afterSeq: number, { onEvent, onEnd, onError }: Listener): () => void {
  // sent again as it is when the connection is back
  const variables = { runId, afterSeq }
  return socket.subscribe<ResultOf<typeof runProgress>>(
    { query: stringifyDocument(runProgress), variables },
    {
      next({ data, errors }) {
        const event = data?.runProgress
        if (errors) onError?.(errors[0]?.message ?? 'The run cannot be followed.')
        if (!event || event.seq <= variables.afterSeq) return
        variables.afterSeq = event.seq
        onEvent(event)
      },
      error: () => onError?.('The run cannot be followed.'),
      complete: () => onEnd?.(),
    },
  )
}
