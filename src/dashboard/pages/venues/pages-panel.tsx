import { formatCount, formatThings, formatWord } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import { EmptyState } from '../../parts/states.tsx'
import type { Tone } from '../../parts/status-badge.tsx'
import { Table } from '../../parts/table.tsx'
import { sourceNames, type VenuePage } from './venues-query.ts'

const columns = [
  { name: 'Page' },
  { name: 'Source', is: 'wide' },
  { name: 'State' },
  { name: 'Read', is: 'wide' },
  { name: 'Events', is: 'number' },
  { name: 'Left out' },
] as const

const tones: Record<VenuePage['state'], Tone> = { PENDING: 'quiet', READ: 'storage', BLOCKED: 'error' }

/** Every page, what was found on it, and what was not taken and why. */
export function PagesPanel({ pages }: { pages: readonly VenuePage[] }) {
  return (
    <section className="panel" aria-labelledby="pages">
      <h2 id="pages">Pages</h2>
      {pages.length === 0 ? (
        <EmptyState title="No page has been read yet" />
      ) : (
        <div className="venue-pages">
          <Table
            label="Pages"
            columns={columns}
            rows={pages.map((page) => ({ key: page.url, cells: cellsOf(page) }))}
          />
        </div>
      )}
    </section>
  )
}

function cellsOf({ url, source, state, readAt, eventCount, skipped, warnings }: VenuePage) {
  return [
    <PageAddress key="url" url={url} />,
    sourceNames[source],
    <State key="state" tone={tones[state]}>
      {formatWord(state)}
    </State>,
    readAt ? <RelativeTime key="read" at={readAt} /> : 'never',
    formatCount(eventCount),
    <LeftOut key="skipped" skipped={skipped} warnings={warnings} />,
  ]
}

/** A file that was sent has no address to go to. */
function PageAddress({ url }: { url: string }) {
  if (!/^https?:/.test(url)) return <span title={url}>{decodeURIComponent(url.split('/').at(-1) ?? url)}</span>
  return (
    <a href={url} title={url} rel="noreferrer" target="_blank">
      {url.replace(/^https?:\/\//, '')}
    </a>
  )
}

function LeftOut({ skipped, warnings }: Pick<VenuePage, 'skipped' | 'warnings'>) {
  const count = [
    skipped.length > 0 && formatThings(skipped.length, 'entry', 'entries'),
    warnings.length > 0 && formatThings(warnings.length, 'warning'),
  ].filter(Boolean)
  if (count.length === 0) return 'nothing'
  return (
    <details className="left-out">
      <summary>{count.join(', ')}</summary>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
        {skipped.map(({ title, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a page may list the same twice
          <li key={index}>
            {title} <small>{formatWord(reason)}</small>
          </li>
        ))}
      </ul>
    </details>
  )
}
