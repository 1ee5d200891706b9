import { Facts } from '../../parts/facts.tsx'
import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import type { Overview } from './overview-query.ts'

/** What waits and what is in work, and whether the storage takes it. */
export function QueuePanel({ queue }: { queue: Overview['queue'] }) {
  const { running, concurrency, waitingInteractive, waitingBackground, retrying, nextAttemptAt, paused } = queue
  return (
    <section className="panel" aria-labelledby="queue">
      <h2 id="queue">Queue</h2>
      <Facts
        facts={[
          { name: 'In work', value: `${formatCount(running)} of ${formatCount(concurrency)} at once` },
          { name: 'Uploads waiting', value: formatCount(waitingInteractive) },
          { name: 'Others waiting', value: formatCount(waitingBackground) },
          { name: 'To be tried again', value: formatCount(retrying) },
          nextAttemptAt ? { name: 'Next try', value: <RelativeTime at={nextAttemptAt} /> } : null,
          { name: 'Paused', value: formatCount(paused) },
          queue.oldestRunAt ? { name: 'Oldest run', value: <RelativeTime at={queue.oldestRunAt} /> } : null,
          { name: 'Storage', value: <Storage downSince={queue.storageDownSince} /> },
        ]}
      />
    </section>
  )
}

function Storage({ downSince }: { downSince: string | null }) {
  if (downSince === null) return <State tone="storage">Answers</State>
  return (
    <State tone="error">
      Away since <RelativeTime at={downSince} />
    </State>
  )
}
