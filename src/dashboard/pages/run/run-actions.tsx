import { useEffect, useRef } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { useMay } from '../../api/viewer.ts'
import { isOver, type LiveRun } from '../../live/live-run.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { addressOfRun } from '../../parts/addresses.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { formatCount, formatThings } from '../../parts/format.ts'

const pauseRun = graphql(`mutation PauseRun($id: ID!) { pauseRun(input: { id: $id }) { ... on Error { message } } }`)
const resumeRun = graphql(`mutation ResumeRun($id: ID!) { resumeRun(input: { id: $id }) { ... on Error { message } } }`)
const cancelRun = graphql(`mutation CancelRun($id: ID!) { cancelRun(input: { id: $id }) { ... on Error { message } } }`)
const retryRun = graphql(`
  mutation RetryRun($id: ID!, $only: RetryChoice!) {
    retryRun(input: { id: $id, only: $only }) {
      ... on StartRunPayload { run { id } }
      ... on Error { message }
    }
  }
`)

interface Props {
  run: LiveRun
  /** says that it was asked to end, or that this was refused */
  onCancelling: (isAsked: boolean) => void
}

/** What editors may do with a run. */
export function RunActions({ run, onCancelling }: Props) {
  const mayEdit = useMay('editor')
  const phase = isOver(run) ? 'over' : run.status === 'CANCELLING' ? 'ending' : 'active'
  useFocusKept(phase)
  if (!mayEdit || phase === 'ending') return null
  return phase === 'over' ? <Retries run={run} /> : <Controls run={run} onCancelling={onCancelling} />
}

function Controls({ run: { id, pausedAt, totalCount, processedCount }, onCancelling }: Props) {
  const [, pause] = useMutation(pauseRun)
  const [, resume] = useMutation(resumeRun)
  const [, cancel] = useMutation(cancelRun)

  async function confirmCancel(): Promise<string | null> {
    onCancelling(true)
    const answer = await cancel({ id })
    const refused = refusalOf(answer, answer.data?.cancelRun)
    if (refused) onCancelling(false)
    return refused
  }

  return (
    <>
      {pausedAt ? (
        <ActionButton key="resume" onAct={() => resume({ id }).then((said) => refusalOf(said, said.data?.resumeRun))}>
          Resume
        </ActionButton>
      ) : (
        <ActionButton key="pause" onAct={() => pause({ id }).then((said) => refusalOf(said, said.data?.pauseRun))}>
          Pause
        </ActionButton>
      )}
      <ConfirmDialog
        action="Cancel run"
        question={`Cancel ${formatThings(totalCount - processedCount, 'task')} of ${formatCount(totalCount)}?`}
        kind="danger"
        dismiss="Keep going"
        onConfirm={confirmCancel}
      >
        <p>
          {formatCount(processedCount)} are over, and stay as they are. Of those in work, what is stored already is
          kept; nothing more is made.
        </p>
      </ConfirmDialog>
    </>
  )
}

function Retries({ run: { id, failedCount, cancelledCount } }: { run: LiveRun }) {
  const [, navigate] = useLocation()
  const [, retry] = useMutation(retryRun)

  async function retryOnly(only: 'FAILED' | 'CANCELLED'): Promise<string | null> {
    const answer = await retry({ id, only })
    const started = answer.data?.retryRun
    const refused = refusalOf(answer, started)
    if (started && 'run' in started) navigate(addressOfRun(started.run.id))
    return refused
  }

  const what = <p>They are done once more in a new run, to which this page leads. This run stays as it ended.</p>
  return (
    <>
      {cancelledCount > 0 && (
        <ConfirmDialog
          action={`Retry cancelled (${formatCount(cancelledCount)})`}
          question={`Retry ${formatThings(cancelledCount, 'cancelled task')}?`}
          onConfirm={() => retryOnly('CANCELLED')}
        >
          {what}
        </ConfirmDialog>
      )}
      {failedCount > 0 && (
        <ConfirmDialog
          action={`Retry all failed (${formatCount(failedCount)})`}
          question={`Retry ${formatThings(failedCount, 'failed task')}?`}
          onConfirm={() => retryOnly('FAILED')}
        >
          {what}
        </ConfirmDialog>
      )}
    </>
  )
}

/** When a button that has the focus goes away, one goes on at the heading. */
function useFocusKept(phase: string): void {
  const known = useRef(phase)
  useEffect(() => {
    if (known.current === phase) return
    known.current = phase
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('h1')?.focus()
  }, [phase])
}
