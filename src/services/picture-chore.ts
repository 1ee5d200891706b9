import type { Log } from '../log.ts'
import type { ArtistPictures } from './artist-pictures.ts'
import type { Db } from './db/open-db.ts'

/** What could not be shown is tried again after so long, ms. */
const againMs = 60_000

interface Deps {
  db: Db
  pictures: ArtistPictures
  log: Log
  signal: AbortSignal
}

/**
 * Shows what is due of one artist: somebody pinned, deleted or placed a picture without any task that would show it,
 * or a service ended in between. Resolves to whether there was one.
 */
export function createPictureChore({ db, pictures, log, signal }: Deps) {
  return async (): Promise<boolean> => {
    const artist = await db.artist.findFirst({
      where: { picturesDueAt: { lte: new Date() } },
      orderBy: { picturesDueAt: 'asc' },
    })
    if (!artist || signal.aborted) return false
    const { id, picturesDueAt } = artist
    try {
      await pictures.refresh(id, { signal, verify: false })
    } catch (error) {
      if (signal.aborted) return false
      log.warn({ err: error, artistId: id }, 'what is shown of an artist cannot be brought up to date now')
      const later = new Date(Date.now() + againMs)
      await db.artist.updateMany({ where: { id, picturesDueAt }, data: { picturesDueAt: later } })
    }
    return true
  }
}
