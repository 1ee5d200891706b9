import { Link } from 'wouter'
import { addressOfRun } from '../../parts/addresses.ts'
import { Attempts } from '../../parts/attempts.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { formatThings, formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { runName } from '../../parts/run-name.ts'
import { EmptyState } from '../../parts/states.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import type { ImageDetails, ImageTask } from './image-query.ts'

/** Everything that was tried with it, newest first. */
export function History({ tasks: { nodes, totalCount } }: { tasks: ImageDetails['tasks'] }) {
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      {nodes.length === 0 && <EmptyState title="Nothing was done with it yet" />}
      <ol className="history" aria-label="History">
        {nodes.map((task) => (
          <li key={task.id} data-tone={task.errorCode ? 'error' : undefined}>
            <TaskHead task={task} />
            {task.nextAttemptAt && task.status === 'RETRYING' && (
              <p>
                Tried again <RelativeTime at={task.nextAttemptAt} />.
              </p>
            )}
            {task.attempts.length > 0 && <Attempts task={task} />}
          </li>
        ))}
      </ol>
      {totalCount > nodes.length && <small>And {formatThings(totalCount - nodes.length, 'earlier task')}.</small>}
    </section>
  )
}

function TaskHead({ task }: { task: ImageTask }) {
  const { run, status, stage, attempts, createdAt } = task
  return (
    <div className="history-head">
      <Link href={addressOfRun(run.id)}>{runName(run)}</Link>
      <StatusBadge status={status} />
      <span className="history-about">
        {status === 'RUNNING' ? `${formatWord(stage)}…` : formatThings(attempts.length, 'attempt')}
      </span>
      <RelativeTime at={createdAt} />
      <CopyButton text={() => detailsOf(task)}>Copy details</CopyButton>
    </div>
  )
}

/** What somebody who looks into it needs; no address, since those may be signed. */
function detailsOf({ id, run, status, errorCode, errorMessage, attempts }: ImageTask): string {
  const lines = [
    `Task: ${id}`,
    `Run: ${run.id}`,
    `Request: ${run.requestId ?? 'none'}`,
    `State: ${status}`,
    errorCode && `Error: ${errorCode} ${errorMessage ?? ''}`,
    ...attempts.map(
      ({ number, outcome, startedAt, finishedAt, errorCode: code, errorStage, durations }) =>
        `Attempt ${number}: ${outcome}, ${startedAt} to ${finishedAt ?? 'now'}${code ? `, ${code} in ${errorStage}` : ''}; ${durations
          .map(({ stage, milliseconds }) => `${stage} ${milliseconds} ms`)
          .join(', ')}`,
    ),
  ]
  return lines.filter(Boolean).join('\n')
}
