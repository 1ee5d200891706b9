import { Link } from 'wouter'
import { FirstImage } from '../../parts/first-image.tsx'
import { formatCount } from '../../parts/format.ts'
import { toneOf } from '../../parts/status-badge.tsx'
import type { Overview } from './overview-query.ts'

const states = [
  { name: 'ready', text: 'Ready' },
  { name: 'processing', text: 'In work' },
  { name: 'partial', text: 'Partial' },
  { name: 'failed', text: 'Failed' },
] as const

/** Every image that is not deleted is in one of the four states, so they add up to all. */
export function ImageCounts({ counts: { total, ...inState } }: { counts: Overview['imageCounts'] }) {
  const counts = states.map(({ name, text }) => ({ text, status: name.toUpperCase(), count: inState[name] }))
  if (total === 0) return <FirstImage />
  return (
    <section className="image-counts" aria-label="Images">
      <Count href="/images" text="Images" count={total} />
      {counts.map(({ status, text, count }) => (
        <Count key={status} href={`/images?status=${status}`} text={text} count={count} tone={toneOf(status)} />
      ))}
      <div className="shares" aria-hidden="true">
        {counts.map(({ status, count }) => (
          <span key={status} data-tone={toneOf(status)} style={{ flexGrow: count }} />
        ))}
      </div>
    </section>
  )
}

function Count({ href, text, count, tone }: { href: string; text: string; count: number; tone?: string }) {
  return (
    <Link className="count" href={href} data-tone={count > 0 ? tone : undefined}>
      <span className="count-name">{text}</span> <span className="count-number">{formatCount(count)}</span>
    </Link>
  )
}
