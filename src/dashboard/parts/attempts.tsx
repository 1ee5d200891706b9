import { graphql, type ResultOf } from '../api/graphql.ts'
import { formatMilliseconds, formatWord } from './format.ts'
import { RelativeTime } from './relative-time.tsx'
import { StatusBadge } from './status-badge.tsx'

/** What Attempts needs of a task. */
export const attempts = graphql(`
  fragment Attempts on Task {
    id
    attempts {
      number
      startedAt
      finishedAt
      outcome
      errorCode
      errorMessage
      errorStage
      durations { stage milliseconds }
    }
  }
`)

type Attempt = ResultOf<typeof attempts>['attempts'][number]

/** Each attempt at a task, oldest first: when, how long each stage took, and what came of it. */
export function Attempts({ task }: { task: ResultOf<typeof attempts> }) {
  if (task.attempts.length === 0) return <p className="quiet">It was not begun yet.</p>
  return (
    <ol className="attempts" aria-label="Attempts">
      {task.attempts.map((attempt) => (
        <li key={attempt.number}>
          <div className="attempt-head">
            <strong>Attempt {attempt.number}</strong>
            <StatusBadge status={attempt.outcome} />
            <span className="attempt-when number">
              {attempt.finishedAt && (
                <>{formatMilliseconds(Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt))}, </>
              )}
              <RelativeTime at={attempt.startedAt} />
            </span>
          </div>
          {attempt.errorCode && (
            <p>
              <code>{attempt.errorCode}</code> {attempt.errorMessage}
              {attempt.errorStage && <small> {formatWord(attempt.errorStage)}</small>}
            </p>
          )}
          <Stages durations={attempt.durations} />
        </li>
      ))}
    </ol>
  )
}

/** How long each stage took, as a bar and in words. */
function Stages({ durations }: Pick<Attempt, 'durations'>) {
  if (durations.length === 0) return null
  return (
    <div className="stages">
      <div className="stages-bar" aria-hidden="true">
        {durations.map(({ stage, milliseconds }) => (
          <span key={stage} data-stage={stage} style={{ flexGrow: Math.max(1, milliseconds) }} />
        ))}
      </div>
      <ul className="stages-told number">
        {durations.map(({ stage, milliseconds }) => (
          <li key={stage} data-stage={stage}>
            {formatWord(stage)} {formatMilliseconds(milliseconds)}
          </li>
        ))}
      </ul>
    </div>
  )
}
