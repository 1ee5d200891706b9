import { formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import { type Tone, toneOf } from '../../parts/status-badge.tsx'
import type { Attempt, ImageTask } from './image-query.ts'

const tones: Partial<Record<ImageTask['stage'], Tone>> = {
  FETCH: 'decision',
  DECODE: 'stage',
  ENCODE: 'complete',
  STORE: 'storage',
}

/** One try: how it ended, and where its time went. */
export function AttemptRow({ attempt, stage }: { attempt: Attempt; stage: ImageTask['stage'] }) {
  const { number, outcome, startedAt, finishedAt, errorCode, errorMessage, errorStage, durations } = attempt
  const took = finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null
  return (
    <li className="attempt">
      <div className="attempt-head">
        <span className="number">Attempt {number}</span>
        <State tone={toneOf(outcome)}>{outcome === 'RETRYING' ? 'Failed, tried again' : formatWord(outcome)}</State>
        <span className="number">{took === null ? `${formatWord(stage)}…` : formatTook(took)}</span>
        <RelativeTime at={startedAt} />
      </div>
      {errorCode && (
        <p>
          <code>{errorCode}</code> {errorMessage}
          {errorStage && <small> Stage: {formatWord(errorStage)}.</small>}
        </p>
      )}
      {durations.length > 0 && (
        <>
          <div className="stages" aria-hidden="true">
            {durations.map((each) => (
              <span key={each.stage} data-tone={tones[each.stage] ?? 'quiet'} style={{ flexGrow: each.milliseconds }} />
            ))}
          </div>
          <ul className="stage-names number" aria-label="Stages">
            {durations.map((each) => (
              <li key={each.stage} data-tone={tones[each.stage] ?? 'quiet'}>
                {formatWord(each.stage)} {formatTook(each.milliseconds)}
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  )
}

const formatTook = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(2)} s`)
