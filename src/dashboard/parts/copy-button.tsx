import { useEffect, useState } from 'react'
import { announce } from '../live/announce.ts'
import { Button } from './button.tsx'

interface Props {
  /** what is copied, or what makes it */
  text: string | (() => string)
  /** what it is: Copy URL, Copy details */
  children: string
}

/** How long it says that it has copied, ms. */
const saidMs = 2_000

export function CopyButton({ text, children }: Props) {
  const [said, say] = useState('')
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => say(''), saidMs)
    return () => clearTimeout(timer)
  }, [said])

  async function copy(): Promise<void> {
    const copied = await navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => 'Copied',
      () => 'Not copied',
    )
    say(copied)
    announce(copied)
  }

  return (
    <Button kind="plain" onClick={copy}>
      {said || children}
    </Button>
  )
}
