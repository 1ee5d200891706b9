import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { Table } from '../../parts/table.tsx'
import type { System } from './system-query.ts'

const columns = [
  { name: 'Process' },
  { name: 'Machine' },
  { name: 'In work', is: 'number' },
  { name: 'Version', is: 'wide' },
  { name: 'Started', is: 'wide' },
  { name: 'Seen' },
] as const

const roles = { SERVER: 'Server', WORKER: 'Worker' }

/** Those that share the work; of the one there is in a service that works alone, the other panels tell. */
export function ProcessesPanel({ processes }: { processes: System['processes'] }) {
  if (!processes || processes.length < 2) return null
  return (
    <section className="panel" aria-labelledby="processes">
      <h2 id="processes">Processes</h2>
      <Table
        label="Processes"
        columns={columns}
        rows={processes.map(({ role, host, pid, slots, tasksInWork, version, startedAt, seenAt }) => ({
          key: `${host} ${pid} ${startedAt}`,
          cells: [
            roles[role],
            `${host} ${pid}`,
            slots === 0 ? 'none' : `${formatCount(tasksInWork)} of ${formatCount(slots)}`,
            version,
            <RelativeTime key="started" at={startedAt} />,
            <RelativeTime key="seen" at={seenAt} />,
          ],
        }))}
      />
    </section>
  )
}
