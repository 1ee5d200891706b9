import { useState } from 'react'
import { Link } from 'wouter'
import { addressOfRun } from '../../parts/addresses.ts'
import { ScrapeNow } from './scrape-now.tsx'
import { SyncNow } from './sync-now.tsx'

export interface Started {
  id: string
  what: string
}

/** What an editor may begin here, and the way to what was begun last. */
export function Actions() {
  const [started, show] = useState<Started | null>(null)
  return (
    <>
      <span role="status" aria-label="Started">
        {started && <Link href={addressOfRun(started.id)}>{started.what} started</Link>}
      </span>
      <span className="quiet-action">
        <SyncNow onStarted={show} />
      </span>
      <ScrapeNow onStarted={show} />
    </>
  )
}
