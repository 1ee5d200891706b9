import type { ReactNode } from 'react'
import type { CombinedError } from 'urql'
import { sentenceOf } from '../api/client.ts'
import { Button } from './button.tsx'

/** Grey lines where text is going to be. */
export function Skeleton({ label, lines = 3 }: { label: string; lines?: number }) {
  return (
    <section className="skeleton" aria-busy="true" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
        <span key={line} className="skeleton-line" />
      ))}
    </section>
  )
}

/** What could not be read, and a way to try it again. */
export function ErrorState({ error, onTryAgain }: { error: CombinedError; onTryAgain: () => void }) {
  return (
    <div className="state" role="alert" data-tone="error">
      <p>{sentenceOf(error)}</p>
      <Button onClick={onTryAgain}>Try again</Button>
    </div>
  )
}

/** Why there is nothing, and what one can do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state-title">{title}</p>
      {children}
    </div>
  )
}
