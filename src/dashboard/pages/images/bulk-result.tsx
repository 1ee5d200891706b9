import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { useAnnouncement } from '../../live/announce.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { Button } from '../../parts/button.tsx'
import { formatCount } from '../../parts/format.ts'
import type { Told } from './bulk-actions.tsx'

/** What was done, in the place of the buttons that did it; the focus goes on there. */
export function BulkResult({ told: { text, runIds }, onClose }: { told: Told; onClose: () => void }) {
  const result = useRef<HTMLElement>(null)
  useAnnouncement(text)
  useEffect(() => result.current?.focus({ preventScroll: true }), [])
  return (
    <section ref={result} className="selection-bar" aria-label="Selection" tabIndex={-1}>
      <strong className="number">{text}</strong>
      {runIds.map((id, index) => (
        <Link key={id} href={addressOfRun(id)}>
          {runIds.length === 1 ? 'Show the run' : `Run ${formatCount(index + 1)}`}
        </Link>
      ))}
      <span className="selection-actions">
        <Button kind="plain" onClick={onClose}>
          Close
        </Button>
      </span>
    </section>
  )
}
