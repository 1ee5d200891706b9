import { Facts } from '../../parts/facts.tsx'
import { formatTime } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import type { System } from './system-query.ts'

type Edge = System['storage']

/** What the service works with outside of itself. */
export function EdgesPanel({ system: { storage, d1 } }: { system: System }) {
  return (
    <section className="panel" aria-labelledby="edges">
      <h2 id="edges">Storage and D1</h2>
      <Facts facts={factsOf('Storage', storage)} />
      <Facts facts={factsOf('D1', d1)} />
    </section>
  )
}

const factsOf = (name: string, edge: Edge) => [
  { name, value: <EdgeState edge={edge} /> },
  { name: 'Place', value: edge.place },
  {
    name: 'Last success',
    value: edge.lastSuccessAt ? <RelativeTime at={edge.lastSuccessAt} /> : 'none since the start',
  },
]

function EdgeState({ edge: { downSince, lastSuccessAt } }: { edge: Edge }) {
  if (downSince) return <State tone="error">Degraded since {formatTime(new Date(downSince))}</State>
  return lastSuccessAt ? <State tone="storage">Answers</State> : <State tone="quiet">Not asked yet</State>
}
