import { readFile } from 'node:fs/promises'
import { CorruptImageError } from '../errors.ts'
import type { Image } from '../generated/sqlite/client.ts'
import { findOrCreateArtist, place } from './artists.ts'
import type { Bell } from './bell.ts'
import type { Claim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import { acceptedMimeTypes } from './image-header.ts'
import type { Intake } from './intake.ts'
import { cleanFilename } from './picture-details.ts'
import { firstScope, type ImportScope } from './run-scope.ts'
import type { FetchedSource, SourceClient } from './sources/source-client.ts'
import type { Tasks } from './tasks.ts'
import { ensureSets } from './variant-sets.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  bell: Bell
  tasks: Tasks
  intake: Intake
  sources: { client: SourceClient; maxBytes: number }
}

/**
 * The job that takes in what an address holds. Its owner is told what we have of it, so that what has not changed is
 * not sent again. The task then waits to be claimed with the image.
 */
export function createImportSource({ db, bell, tasks, intake, sources }: Deps): Job {
  return async (claim, signal, stages) => {
    const scope = importScope(claim)
    const url = claim.subject
    const known = await db.source.findUnique({ where: { url }, include: { image: true } })
    // a deleted image comes back with its bytes
    const image = known?.image && !known.image.deletedAt ? known.image : null

    const fetch = (conditional: typeof known) =>
      stages.run('FETCH', () =>
        sources.client.fetch(url, {
          ...(conditional && { conditional }),
          maxBytes: sources.maxBytes,
          accept: acceptedMimeTypes.join(', '),
          obeyRobots: false,
          signal,
        }),
      )

    async function take(fetched: FetchedSource): Promise<void> {
      await using file = fetched.file
      const { etag, lastModified } = fetched
      const picture = {
        ...scope,
        filename: nameOf(url),
        source: { kind: 'URL' as const, url, etag },
        load: () => readFile(file.path),
      }
      await stages.run('VALIDATE', () =>
        intake.receive([picture], async (tx, received) => {
          for (const each of received) await attach(tx, each.image, { etag, lastModified })
        }),
      )
    }

    async function attach(tx: Tx, found: Image, validators: { etag: string | null; lastModified: string | null }) {
      const facts = { ...validators, imageId: found.id, fetchedAt: new Date() }
      await tx.source.upsert({ where: { url }, create: { url, ...facts }, update: facts })
      await tasks.fetched(tx, claim, found)
    }

    /** What lies there is what we have; who is in it and what is made of it may be new. */
    async function keep(found: Image): Promise<void> {
      await db.$transaction(async (tx) => {
        const artist = await findOrCreateArtist(tx, scope.artistName)
        await place(tx, artist.id, found.id, scope.venueTag)
        await ensureSets(tx, found.id, () => scope.recipes)
        await attach(tx, found, { etag: known?.etag ?? null, lastModified: known?.lastModified ?? null })
      })
    }

    const answer = await fetch(image && known)
    if (answer.kind === 'fetched') {
      // it may have been damaged on the way: once more, then it is the source's
      await take(answer).catch(async (error: unknown) => {
        if (!(error instanceof CorruptImageError)) throw error
        const again = await fetch(null)
        if (again.kind === 'fetched') await take(again)
      })
    } else if (image) await keep(image)
    bell.ring('run', claim.runId)
  }
}

function importScope({ scope, subject }: Claim): ImportScope {
  const first = firstScope(scope)
  if (first.kind !== 'IMPORT') throw new Error(`${subject} is not to be fetched.`)
  return first
}

/** The last part of an address's path, or its host. */
function nameOf(url: string): string {
  const { pathname, hostname } = new URL(url)
  const last = pathname.split('/').pop() ?? ''
  try {
    return cleanFilename(decodeURIComponent(last) || hostname)
  } catch {
    // no valid escapes: then it is meant as it is
    return cleanFilename(last)
  }
}
