import { Facts } from '../../parts/facts.tsx'
import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import type { Overview } from './overview-query.ts'

/** What waits and what is in work, and whether the storage takes it. */
export function QueuePanel({ queue }: { queue: Overview['queue'] }) {
  const {
    running,
    concurrency,
    redisDownSince,
    waitingInteractive,
    waitingBackground,
    retrying,
    nextAttemptAt,
    paused,
  } = queue
  return (
    <section className="panel" aria-labelledby="queue">
      <h2 id="queue">Queue</h2>
      <Facts
        facts={[
          { name: 'In work', value: inWork(running, concurrency) },
          { name: 'Uploads waiting', value: formatCount(waitingInteractive) },
          { name: 'Others waiting', value: formatCount(waitingBackground) },
          { name: 'To be tried again', value: formatCount(retrying) },
          nextAttemptAt ? { name: 'Next try', value: <RelativeTime at={nextAttemptAt} /> } : null,
          { name: 'Paused', value: formatCount(paused) },
          queue.oldestRunAt ? { name: 'Oldest run', value: <RelativeTime at={queue.oldestRunAt} /> } : null,
          { name: 'Storage', value: <Answers downSince={queue.storageDownSince} /> },
          redisDownSince ? { name: 'Redis', value: <Answers downSince={redisDownSince} /> } : null,
        ]}
      />
    </section>
  )
}

/** Others of a fleet may have more in work than the process that answers could. */
const inWork = (running: number, concurrency: number) =>
  running > concurrency ? formatCount(running) : `${formatCount(running)} of ${formatCount(concurrency)} at once`

function Answers({ downSince }: { downSince: string | null }) {
  if (downSince === null) return <State tone="storage">Answers</State>
  return (
    <State tone="error">
      Away since <RelativeTime at={downSince} />
    </State>
  )
}
