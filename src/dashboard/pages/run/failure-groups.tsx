import { Link } from 'wouter'
import { formatCount, formatWord } from '../../parts/format.ts'
import { Table } from '../../parts/table.tsx'
import type { Run } from './run-query.ts'

interface Props {
  failures: Run['failures']
  hrefOf: (code: string) => string
}

const columns = [
  { name: 'Why' },
  { name: 'Stage', is: 'wide' },
  { name: 'Another try', is: 'wide' },
  { name: 'Tasks', is: 'number' },
] as const

/** Why tasks failed, most frequent first; each leads to those tasks. */
export function FailureGroups({ failures, hrefOf }: Props) {
  if (failures.length === 0) return null
  return (
    <section className="panel" aria-labelledby="failures">
      <h2 id="failures">Failures</h2>
      <Table
        label="Failures"
        columns={columns}
        rows={failures.map(({ code, count, message, stage, retryable }) => ({
          key: code,
          cells: [
            <span key="why">
              <Link href={hrefOf(code)}>
                <code>{code}</code>
              </Link>{' '}
              {message}
            </span>,
            stage && formatWord(stage),
            retryable ? 'may help' : 'does not help',
            formatCount(count),
          ],
        }))}
      />
    </section>
  )
}
