import type { ReactNode } from 'react'
import type { Tone } from './status-badge.tsx'

/** How something is, in a few words, with a colour beside them. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  )
}
