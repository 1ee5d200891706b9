import { Link } from 'wouter'
import { Facts } from '../../parts/facts.tsx'
import { formatCount, formatTime } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import type { D1 } from './venues-query.ts'

/** Whether the sites that read the events from D1 see what is here. */
export function D1Facts({ d1 }: { d1: D1 }) {
  const { place, dueCount, waitingForPicture, syncedAt, lastSync } = d1
  return (
    <section className="panel" aria-labelledby="d1">
      <h2 id="d1">D1</h2>
      <Facts
        facts={[
          { name: 'State', value: <Step d1={d1} /> },
          { name: 'Place', value: place },
          { name: 'Events to send', value: formatCount(dueCount) },
          { name: 'Waiting for a picture', value: formatCount(waitingForPicture) },
          { name: 'Last in step', value: syncedAt ? <RelativeTime at={syncedAt} /> : 'not yet' },
          lastSync && {
            name: 'Last sync',
            value: <Link href={`/runs/${encodeURIComponent(lastSync.id)}`}>Show the run</Link>,
          },
        ]}
      />
      {lastSync?.lastError && <p>{lastSync.lastError}</p>}
    </section>
  )
}

function Step({ d1: { downSince, dueCount, syncedAt } }: { d1: D1 }) {
  if (downSince) return <State tone="error">Degraded since {formatTime(new Date(downSince))}</State>
  if (dueCount > 0) return <State tone="decision">Behind</State>
  return syncedAt ? <State tone="storage">In step</State> : <State tone="quiet">Nothing sent yet</State>
}
