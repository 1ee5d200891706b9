import type { Repeater } from '@repeaterjs/repeater'
import type { Bell } from './bell.ts'
import type { Db } from './db/open-db.ts'
import { pullOnBell } from './pull-on-bell.ts'

/** There is nothing to find without a ring: what an image was before a subscriber came is not news. */
const lookAgainMs = 60_000

/**
 * The ids of images that changed, of one artist when a slug is given. Changes of one image that come faster than they
 * are read become one.
 */
export function watchImages({ db, bell }: { db: Db; bell: Bell }, artistSlug: string | null): Repeater<string> {
  const changed = new Set<string>()
  return pullOnBell({
    listen: (ring) =>
      bell.listen('image', null, (id) => {
        changed.add(id)
        ring()
      }),
    async read() {
      const ids = [...changed]
      const items = await ofArtist(db, ids, artistSlug)
      for (const id of ids) changed.delete(id)
      return { items, waitMs: changed.size > 0 ? 0 : lookAgainMs, ended: false }
    },
  })
}

async function ofArtist(db: Db, ids: string[], slug: string | null): Promise<string[]> {
  if (slug === null || ids.length === 0) return ids
  const rows = await db.image.findMany({
    where: { id: { in: ids }, placements: { some: { artist: { slug } } } },
    select: { id: true },
  })
  return rows.map((row) => row.id)
}
