import { Link } from 'wouter'
import type { LiveRun } from '../../live/live-run.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { Facts } from '../../parts/facts.tsx'
import { formatDuration, formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { runName } from '../../parts/run-name.ts'
import { StatusBadge } from '../../parts/status-badge.tsx'
import type { Run } from './run-query.ts'

const secondsBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000

const text = (name: string, value: string | null) => (value === null ? null : { name, value })
const moment = (name: string, at: string | null) => (at === null ? null : { name, value: <RelativeTime at={at} /> })

/** What is known of a run beside how far it is. */
export function RunFacts({ run }: { run: Run }) {
  const { createdAt, startedAt, finishedAt, parent, retries, requestId } = run
  const facts = [
    { name: 'Kind', value: formatWord(run.kind) },
    run.scope !== run.kind && { name: 'Scope', value: formatWord(run.scope) },
    text('Started by', run.startedBy),
    moment('Accepted', createdAt),
    moment('Began', startedAt),
    moment('Ended', finishedAt),
    startedAt &&
      secondsBetween(createdAt, startedAt) >= 1 && {
        name: 'Waited',
        value: formatDuration(secondsBetween(createdAt, startedAt)),
      },
    startedAt && finishedAt && { name: 'Took', value: formatDuration(secondsBetween(startedAt, finishedAt)) },
    text('Paused by', run.pausedAt ? run.pausedBy : null),
    text('Cancelled by', run.cancelledBy),
    text('Why cancelled', run.cancelReason),
    parent && { name: 'Does once more', value: <RunLink run={parent} /> },
    ...retries.map((retry, index) => ({
      name: index === 0 ? 'Done once more' : `Once more (${index + 1})`,
      value: <RunLink run={retry} />,
    })),
    requestId && { name: 'Request', value: <code>{requestId}</code> },
  ].map((fact) => fact || null)
  return (
    <section className="panel" aria-labelledby="run-facts">
      <h2 id="run-facts">About it</h2>
      <Facts facts={facts} />
    </section>
  )
}

function RunLink({ run }: { run: LiveRun }) {
  return (
    <>
      <Link href={addressOfRun(run.id)}>{runName(run)}</Link> <StatusBadge status={run.status} />
    </>
  )
}
