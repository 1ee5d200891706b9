import { type ReactNode, useState } from 'react'
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'

interface Props {
  /** on the button that opens it, and on the one that does it: Retry all failed (3) */
  action: string
  /** with the number of what it is done to: Retry 3 failed tasks? */
  question: string
  /** what happens then */
  children?: ReactNode
  kind?: 'primary' | 'danger'
  isDisabled?: boolean
  /** sent once; answers with a sentence when it did not work */
  onConfirm: () => Promise<string | null>
}

/** A button that asks before it does anything. While it is being done, it cannot be asked for again. */
export function ConfirmDialog({ action, question, children, kind = 'primary', isDisabled = false, onConfirm }: Props) {
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function confirm(close: () => void): Promise<void> {
    setSending(true)
    const refused = await onConfirm()
    setSending(false)
    setProblem(refused)
    if (refused === null) close()
  }

  return (
    <DialogTrigger onOpenChange={() => setProblem(null)}>
      <Button kind={kind} isDisabled={isDisabled}>
        {action}
      </Button>
      <ModalOverlay className="overlay" isDismissable={!isSending} isKeyboardDismissDisabled={isSending}>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">{question}</Heading>
                {children}
                {problem && <p role="alert">{problem}</p>}
                <div className="dialog-actions">
                  <Button kind="plain" isDisabled={isSending} onPress={close}>
                    Cancel
                  </Button>
                  <Button kind={kind} isPending={isSending} onPress={() => confirm(close)}>
                    {action}
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  )
}
