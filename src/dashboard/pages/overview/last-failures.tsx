import { Link } from 'wouter'
import { formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { Overview } from './overview-query.ts'

type Failed = Overview['tasks']['nodes'][number]

const columns = [
  { name: 'What' },
  { name: 'Why' },
  { name: 'Stage', is: 'wide' },
  { name: 'Attempts', is: 'number' },
  { name: 'When', is: 'wide' },
] as const

export function LastFailures({ tasks }: { tasks: readonly Failed[] }) {
  return (
    <section className="panel" aria-labelledby="last-failures">
      <h2 id="last-failures">Last failures</h2>
      {tasks.length === 0 ? (
        <EmptyState title="Nothing has failed" />
      ) : (
        <Table
          label="Last failures"
          columns={columns}
          rows={tasks.map((task) => ({ key: task.id, cells: cellsOf(task) }))}
        />
      )}
    </section>
  )
}

function cellsOf({ id, subject, errorCode, errorMessage, errorStage, attempt, finishedAt, run, image }: Failed) {
  return [
    <Link key={id} href={`/runs/${encodeURIComponent(run.id)}?status=FAILED`}>
      {subject}
    </Link>,
    <span key="why">
      <code>{errorCode}</code> {errorMessage}
      {image?.status === 'READY' && <small> Made since.</small>}
    </span>,
    errorStage && formatWord(errorStage),
    attempt,
    finishedAt && <RelativeTime at={finishedAt} />,
  ]
}
