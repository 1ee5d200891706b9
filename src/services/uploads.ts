import { v7 as timeOrderedId } from 'uuid'
import { InvalidInputError } from '../errors.ts'
import type { Upload, UploadState } from '../generated/sqlite/client.ts'
import { compareTexts } from './compare.ts'
import type { Db } from './db/open-db.ts'
import { isUniqueViolation } from './db/sql.ts'
import type { Limits } from './image-header.ts'
import type { ObjectStore } from './storage/object-store.ts'
import type { UploadTarget, UploadTargets } from './storage/upload-targets.ts'
import { type AnnouncedFile, checkAnnounced, newTempKey } from './upload-rules.ts'
import { discardUpload, sweepUploads } from './upload-sweep.ts'

/** From when it is announced until it is completed, ms. */
const uploadMs = 3_600_000

/** How often an announcement is begun anew when others change the same uploads meanwhile. */
const tries = 3

export interface AnnouncedUpload {
  id: string
  clientKey: string | null
  state: UploadState
  /** hex, as it was announced */
  sha256: string | null
  /** null: it is sent already */
  target: UploadTarget | null
  /** when the upload, or the way to send it, ends */
  expiresAt: Date
}

export interface Uploads {
  /**
   * Prepares for files that are going to be sent, all or none, in the order given. A client key that is known is that
   * upload, with a new way to send it while it is not sent; then an old one to this service ends, and an address of a
   * bucket stays good until it expires. Throws InvalidInputError, UnsupportedImageTypeError and ImageTooLargeError for
   * what could never come in.
   */
  announce(files: readonly AnnouncedFile[]): Promise<AnnouncedUpload[]>
  /** removes a batch of what is over; resolves to whether there was something */
  sweep(): Promise<boolean>
}

interface Deps {
  db: Db
  originals: ObjectStore
  targets: UploadTargets
  limits: Limits
}

type OpenUpload = Omit<Upload, 'state' | 'tokenHash' | 'runId' | 'createdAt'>

/** One file of a request: a new upload, or one that is known and not sent yet, or one that is sent. */
type Planned =
  | { kind: 'new' | 'pending'; upload: OpenUpload; target: UploadTarget }
  | { kind: 'sent'; upload: Upload; target: null }

/** An upload was sent, completed or removed between the look at it and the transaction. */
class ChangedError extends Error {
  override readonly name = 'ChangedError'
}

export function createUploads({ db, originals, targets, limits }: Deps): Uploads {
  /** By client key, without those that are over. */
  async function findKnown(files: readonly AnnouncedFile[]): Promise<Map<string | null, Upload>> {
    const keys = files.flatMap(({ clientKey }) => clientKey ?? [])
    const known = keys.length > 0 ? await db.upload.findMany({ where: { clientKey: { in: keys } } }) : []
    const over = known.filter(({ expiresAt }) => expiresAt.getTime() <= Date.now())
    for (const upload of over) await discardUpload({ db, originals }, upload)
    return new Map(known.filter((upload) => !over.includes(upload)).map((upload) => [upload.clientKey, upload]))
  }

  async function plan(file: AnnouncedFile, known: Upload | undefined): Promise<Planned> {
    if (known && known.state !== 'PENDING') return { kind: 'sent', upload: known, target: null }
    const expiresAt = new Date(Date.now() + uploadMs)
    const upload = { ...file, id: known?.id ?? timeOrderedId(), tempKey: known?.tempKey ?? newTempKey(), expiresAt }
    return { kind: known ? 'pending' : 'new', upload, target: await targets.create(upload) }
  }

  async function record(unordered: readonly Planned[]): Promise<void> {
    // in one order for all, or two requests could wait for each other
    const planned = unordered.toSorted((a, b) => compareTexts(a.upload.clientKey ?? '', b.upload.clientKey ?? ''))
    const rows = (kind: 'new' | 'pending') =>
      planned.flatMap((each) => (each.kind === kind ? [{ ...each.upload, tokenHash: each.target.tokenHash }] : []))
    await db.$transaction(async (tx) => {
      await tx.upload.createMany({ data: rows('new') })
      for (const { id, tokenHash, expiresAt } of rows('pending')) {
        const { count } = await tx.upload.updateMany({
          where: { id, state: 'PENDING' },
          data: { tokenHash, expiresAt },
        })
        if (count === 0) throw new ChangedError(`The upload ${id} is not pending any more.`)
      }
    })
  }

  async function tryToAnnounce(files: readonly AnnouncedFile[], left: number): Promise<AnnouncedUpload[]> {
    const known = await findKnown(files)
    for (const [index, file] of files.entries()) checkSame(file, known.get(file.clientKey), index)
    const planned = await Promise.all(files.map((file) => plan(file, known.get(file.clientKey))))
    try {
      await record(planned)
    } catch (error) {
      // somebody else was faster with one of them
      const isRace = error instanceof ChangedError || isUniqueViolation(error)
      if (isRace && left > 1) return tryToAnnounce(files, left - 1)
      throw error
    }
    return planned.map(({ kind, upload, target }) => ({
      id: upload.id,
      clientKey: upload.clientKey,
      state: kind === 'sent' ? upload.state : 'PENDING',
      sha256: upload.sha256,
      target,
      expiresAt: (target ?? upload).expiresAt,
    }))
  }

  return {
    announce: (files) => tryToAnnounce(checkAnnounced(files, limits), tries),
    sweep: () => sweepUploads({ db, originals }),
  }
}

/** One key for two files would lose one of them. */
function checkSame(file: AnnouncedFile, known: Upload | undefined, index: number): void {
  const facts = ['filename', 'byteSize', 'mimeType', 'sha256'] as const
  const other = known && facts.find((fact) => known[fact] !== file[fact])
  if (!other) return
  const message = `"${file.clientKey}" was announced before with another ${other}; use another key for another file.`
  throw new InvalidInputError(`files.${index}.clientKey`, message)
}
