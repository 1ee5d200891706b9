import { type SyntheticEvent, useId } from 'react'
import { Link } from 'wouter'
import { useLiveQuery } from '../../live/use-live-query.ts'
import { addressOfImage } from '../../parts/addresses.ts'
import { Answered } from '../../parts/answered.tsx'
import { Attempts } from '../../parts/attempts.tsx'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Facts } from '../../parts/facts.tsx'
import { formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { Thumb } from '../../parts/thumb.tsx'
import { ProcessAgain } from './process-again.tsx'
import { taskDetails } from './task-details.ts'
import { type ShownTask, taskQuery } from './task-query.ts'
import { maxAttempts } from './task-row.tsx'

interface Props {
  id: string
  onClose: () => void
}

/** Closed before it goes, so that the browser gives the focus back to where it was. */
function showWhileThere(dialog: HTMLDialogElement) {
  dialog.showModal()
  return () => dialog.close()
}

const closeAround = ({ currentTarget }: SyntheticEvent) => currentTarget.closest('dialog')?.close()

/** One task, with everything that is known of it. */
export function TaskDialog({ id, onClose }: Props) {
  const answer = useLiveQuery({ query: taskQuery, variables: { id }, on: ['runs'] })
  const titleId = useId()
  return (
    <dialog
      ref={showWhileThere}
      className="dialog task-dialog"
      aria-label="Task"
      aria-labelledby={titleId}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
    >
      <Answered answer={answer} label="Task" lines={6}>
        {({ node }) =>
          node?.__typename === 'Task' ? (
            <Shown task={node} titleId={titleId} />
          ) : (
            <p id={titleId}>There is no such task.</p>
          )
        }
      </Answered>
      <div className="dialog-actions">
        {answer.data?.node?.__typename === 'Task' && <Actions task={answer.data.node} />}
        <Button onClick={closeAround}>Close</Button>
      </div>
    </dialog>
  )
}

function Actions({ task }: { task: ShownTask }) {
  return (
    <>
      <CopyButton text={() => taskDetails(task, `${location.origin}${location.pathname}`)}>Copy details</CopyButton>
      {task.image && (task.status === 'FAILED' || task.status === 'CANCELLED') && (
        <ProcessAgain imageId={task.image.id} />
      )}
    </>
  )
}

function Shown({ task, titleId }: { task: ShownTask; titleId: string }) {
  const { subject, status, image, errorCode, errorMessage, errorStage, retryable, run } = task
  return (
    <>
      <header className="task-head">
        {image && (image.srcset || image.thumbnail || image.main) && (
          <span className="task-thumb">
            <Thumb image={image} sizes="72px" alt="" />
          </span>
        )}
        <div>
          <h2 id={titleId}>{subject}</h2>
          <p>
            <StatusBadge status={status} />
            {image && <Link href={addressOfImage(image.id)}>Show the image</Link>}
          </p>
        </div>
      </header>
      {errorCode && status !== 'SUCCEEDED' && (
        <div className="state" data-tone="error">
          <p>
            <code>{errorCode}</code> {errorMessage}
          </p>
          <small>
            {errorStage && `In stage ${formatWord(errorStage)}. `}
            {retryable ? 'Another try may help.' : 'Another try does not help until the cause is mended.'}
          </small>
        </div>
      )}
      <Facts
        facts={[
          { name: 'Attempts', value: `${task.attempt} of ${maxAttempts}` },
          { name: 'Stage', value: formatWord(task.stage) },
          task.nextAttemptAt ? { name: 'Next attempt', value: <RelativeTime at={task.nextAttemptAt} /> } : null,
          task.finishedAt ? { name: 'Ended', value: <RelativeTime at={task.finishedAt} /> } : null,
          run.requestId ? { name: 'Request', value: <code>{run.requestId}</code> } : null,
          { name: 'Task', value: <code>{task.id}</code> },
        ]}
      />
      <h3>Attempts</h3>
      <Attempts task={task} />
    </>
  )
}
