import type { RunEvent } from '../../live/follow-run.ts'
import { formatMilliseconds, formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { Subject } from './subject.tsx'

export type ListedTask = Omit<NonNullable<RunEvent['task']>, 'image'>

/** A task is begun so often at most, as the API says. */
export const maxAttempts = 4

/** In two lines: what it is and where it stands; why, and how often it was tried. */
export function TaskRow({ task }: { task: ListedTask }) {
  const { subject, status, attempt } = task
  return (
    <div className="task-row">
      <strong title={subject}>
        <Subject of={subject} />
      </strong>
      <StatusBadge status={status} />
      <Why task={task} />
      <span className="task-when number">
        {attempt > 0 && (
          <>
            attempt {attempt} of {maxAttempts}
          </>
        )}
        <When task={task} />
      </span>
    </div>
  )
}

function Why({
  task: { status, stage, errorCode, errorMessage, errorStage, startedAt, finishedAt },
}: {
  task: ListedTask
}) {
  if (errorCode && status !== 'SUCCEEDED') {
    return (
      <span className="task-why" title={errorMessage ?? undefined}>
        <code>{errorCode}</code> {errorStage && `${formatWord(errorStage)}: `}
        {errorMessage}
      </span>
    )
  }
  if (status === 'RUNNING') return <span className="task-why">{formatWord(stage)}</span>
  if (status !== 'SUCCEEDED' || !startedAt || !finishedAt) return <span />
  return <span className="task-why">took {formatMilliseconds(Date.parse(finishedAt) - Date.parse(startedAt))}</span>
}

function When({ task: { status, nextAttemptAt, startedAt, finishedAt } }: { task: ListedTask }) {
  const at = status === 'RETRYING' ? nextAttemptAt : (finishedAt ?? startedAt)
  if (!at || status === 'QUEUED') return null
  return (
    <>
      {status === 'RETRYING' && <>, next</>}
      {', '}
      <RelativeTime at={at} isInItem />
    </>
  )
}
