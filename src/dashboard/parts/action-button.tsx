import { useRef, useState } from 'react'
import { Button } from './button.tsx'

interface Props {
  kind?: 'primary' | 'plain'
  /** sent once, however often it is clicked meanwhile; answers with a sentence when it did not work */
  onAct: () => Promise<string | null>
  children: string
}

/** A button for what can be undone, so that nothing is asked before. */
export function ActionButton({ kind, onAct, children }: Props) {
  const isSending = useRef(false)
  const [isShownSending, showSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function act(): Promise<void> {
    // the second click of a double click comes before anything is rendered
    if (isSending.current) return
    isSending.current = true
    showSending(true)
    const refused = await onAct().finally(() => {
      isSending.current = false
      showSending(false)
    })
    setProblem(refused)
  }

  return (
    <>
      {problem && (
        <span role="alert" data-tone="error" className="toned">
          {problem}
        </span>
      )}
      <Button {...(kind && { kind })} aria-busy={isShownSending} onClick={act}>
        {children}
      </Button>
    </>
  )
}
