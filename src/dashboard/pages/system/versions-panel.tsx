import { Facts } from '../../parts/facts.tsx'
import { RelativeTime } from '../../parts/relative-time.tsx'
import type { System } from './system-query.ts'

export function VersionsPanel({ system }: { system: System }) {
  return (
    <section className="panel" aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <Facts
        facts={[
          { name: 'Greenroom', value: system.version },
          { name: 'Node.js', value: system.nodeVersion },
          { name: 'sharp', value: system.sharpVersion },
          { name: 'libvips', value: system.libvipsVersion },
          { name: 'Started', value: <RelativeTime at={system.startedAt} /> },
        ]}
      />
    </section>
  )
}
