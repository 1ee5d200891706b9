import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { addressOfRun } from './addresses.ts'
import { Facts } from './facts.tsx'
import { formatCount } from './format.ts'
import { RelativeTime } from './relative-time.tsx'
import { State } from './state.tsx'

interface Props {
  d1: {
    place: string
    dueCount: number
    waitingForPicture: number
    syncedAt: string | null
    lastSync: { id: string } | null
  }
  /** what is wrong with it, in a few words; null: nothing is */
  trouble: string | null
  children?: ReactNode
}

/** Whether the sites that read the events from D1 see what is here. */
export function D1Panel({ d1, trouble, children }: Props) {
  const { place, dueCount, waitingForPicture, syncedAt, lastSync } = d1
  return (
    <section className="panel" aria-labelledby="d1">
      <h2 id="d1">D1</h2>
      <Facts
        facts={[
          { name: 'State', value: trouble === null ? <Step d1={d1} /> : <State tone="error">{trouble}</State> },
          { name: 'Place', value: place },
          { name: 'Events to send', value: formatCount(dueCount) },
          { name: 'Waiting for a picture', value: formatCount(waitingForPicture) },
          { name: 'Last in step', value: syncedAt ? <RelativeTime at={syncedAt} /> : 'not yet' },
          lastSync && { name: 'Last sync', value: <Link href={addressOfRun(lastSync.id)}>Show the run</Link> },
        ]}
      />
      {children}
    </section>
  )
}

function Step({ d1: { dueCount, syncedAt } }: Pick<Props, 'd1'>) {
  if (dueCount > 0) return <State tone="decision">Behind</State>
  return syncedAt ? <State tone="storage">In step</State> : <State tone="quiet">Nothing sent yet</State>
}
