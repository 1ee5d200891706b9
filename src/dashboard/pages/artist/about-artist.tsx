import { Facts } from '../../parts/facts.tsx'
import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import type { Artist } from './artist-query.ts'

export function AboutArtist({ artist: { slug, aliases, imageCount, createdAt } }: { artist: Artist }) {
  return (
    <section className="panel" aria-labelledby="about">
      <h2 id="about">About</h2>
      <Facts
        facts={[
          { name: 'Slug', value: <code>{slug}</code> },
          { name: 'Aliases', value: aliases.length > 0 ? aliases.join(', ') : 'None' },
          { name: 'Images', value: formatCount(imageCount) },
          { name: 'Known since', value: <RelativeTime at={createdAt} /> },
        ]}
      />
    </section>
  )
}
