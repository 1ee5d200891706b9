import { graphql, type ResultOf } from '../api/graphql.ts'
import { formatWord } from './format.ts'
import { RelativeTime } from './relative-time.tsx'
import { State } from './state.tsx'
import { type Tone, toneOf } from './status-badge.tsx'

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
type Stage = Attempt['durations'][number]['stage']

const tones: Partial<Record<Stage, Tone>> = {
  FETCH: 'decision',
  DECODE: 'stage',
  ENCODE: 'complete',
  STORE: 'storage',
  SYNC: 'storage',
}

/** Each attempt at a task, oldest first: when, how long each stage took, and what came of it. */
export function Attempts({ task }: { task: ResultOf<typeof attempts> }) {
  if (task.attempts.length === 0) return <p className="quiet">It was not begun yet.</p>
  return (
    <ol className="attempts" aria-label="Attempts">
      {task.attempts.map((attempt) => (
        <li key={attempt.number}>
          <AttemptHead attempt={attempt} />
          {attempt.errorCode && (
            <p>
              <code>{attempt.errorCode}</code> {attempt.errorMessage}
              {attempt.errorStage && <small> Stage: {formatWord(attempt.errorStage)}.</small>}
            </p>
          )}
          <Stages durations={attempt.durations} />
        </li>
      ))}
    </ol>
  )
}

function AttemptHead({ attempt: { number, outcome, startedAt, finishedAt } }: { attempt: Attempt }) {
  return (
    <div className="attempt-head">
      <span className="number">Attempt {number}</span>
      <State tone={toneOf(outcome)}>{outcome === 'RETRYING' ? 'Failed, tried again' : formatWord(outcome)}</State>
      {finishedAt && <span className="number">{formatTook(Date.parse(finishedAt) - Date.parse(startedAt))}</span>}
      <RelativeTime at={startedAt} />
    </div>
  )
}

/** How long each stage took, as a bar and in words. */
function Stages({ durations }: Pick<Attempt, 'durations'>) {
  if (durations.length === 0) return null
  return (
    <>
      <div className="stages-bar" aria-hidden="true">
        {durations.map(({ stage, milliseconds }) => (
          <span key={stage} data-tone={tones[stage] ?? 'quiet'} style={{ flexGrow: milliseconds }} />
        ))}
      </div>
      <ul className="stages-told number" aria-label="Stages">
        {durations.map(({ stage, milliseconds }) => (
          <li key={stage} data-tone={tones[stage] ?? 'quiet'}>
            {formatWord(stage)} {formatTook(milliseconds)}
          </li>
        ))}
      </ul>
    </>
  )
}

const formatTook = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(2)} s`)
