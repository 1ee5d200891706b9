import { type ReactNode, type SyntheticEvent, useId, useRef, useState } from 'react'
import { Button } from './button.tsx'

interface Props {
  /** on the button that opens it, and on the one that does it: Retry all failed (3) */
  action: string
  /** with the number of what it is done to: Retry 3 failed tasks? */
  question: string
  /** what happens then */
  children?: ReactNode
  kind?: 'primary' | 'danger'
  disabled?: boolean
  /** sent once; answers with a sentence when it did not work */
  onConfirm: () => Promise<string | null>
}

/**
 * A button that asks before it does anything. While it is being done, it can neither be asked for again nor left. The
 * browser keeps the focus inside, and gives it back to the button.
 */
export function ConfirmDialog({ action, question, children, kind = 'primary', disabled = false, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const isSending = useRef(false)
  const [isShownSending, showSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const titleId = useId()

  function open(): void {
    setProblem(null)
    dialog.current?.showModal()
  }

  async function confirm(): Promise<void> {
    // the second click of a double click comes before anything is rendered
    if (isSending.current) return
    isSending.current = true
    showSending(true)
    const refused = await onConfirm().finally(() => {
      isSending.current = false
      showSending(false)
    })
    setProblem(refused)
    if (refused === null) dialog.current?.close()
  }

  function keepWhileSending(event: SyntheticEvent): void {
    if (isSending.current) event.preventDefault()
  }

  return (
    <>
      <Button kind={kind} disabled={disabled} onClick={open}>
        {action}
      </Button>
      <dialog ref={dialog} className="dialog" role="alertdialog" aria-labelledby={titleId} onCancel={keepWhileSending}>
        <h2 id={titleId}>{question}</h2>
        {children}
        {problem && <p role="alert">{problem}</p>}
        <div className="dialog-actions">
          <Button kind="plain" disabled={isShownSending} onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button kind={kind} disabled={isShownSending} aria-busy={isShownSending} onClick={confirm}>
            {action}
          </Button>
        </div>
      </dialog>
    </>
  )
}
