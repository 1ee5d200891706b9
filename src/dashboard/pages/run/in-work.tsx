import { Link } from 'wouter'
import type { LiveRun } from '../../live/live-run.ts'
import { formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import type { WorkItem } from './follow-work.ts'
import { StageSteps } from './stage-steps.tsx'
import { Subject } from './subject.tsx'

interface Props {
  run: LiveRun
  items: readonly WorkItem[]
  hrefOf: (taskId: string) => string
}

const ofImages: readonly LiveRun['kind'][] = ['UPLOAD', 'IMPORT', 'REPROCESS']

/** What is in work now, each with its stage. */
export function InWork({ run, items, hrefOf }: Props) {
  const hasSteps = ofImages.includes(run.kind)
  return (
    <section className="panel" aria-labelledby="in-work">
      <h2 id="in-work">In work</h2>
      {items.length === 0 && <EmptyState title={run.pausedAt ? 'Nothing: the run is paused' : 'Nothing yet'} />}
      <ul className="in-work">
        {items.map((item) => (
          <li key={item.id} data-ended={item.end !== null || undefined}>
            <Link href={hrefOf(item.id)} title={item.subject}>
              <Subject of={item.subject} />
            </Link>
            {hasSteps ? <StageSteps item={item} /> : <span>{formatWord(item.stage)}</span>}
            {item.end ? <StatusBadge status={item.end} /> : <RelativeTime at={item.startedAt} />}
          </li>
        ))}
      </ul>
    </section>
  )
}
