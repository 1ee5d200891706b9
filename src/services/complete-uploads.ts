import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError, CorruptImageError, InvalidInputError, NotFoundError, StorageUnavailableError } from '../errors.ts'
import type { Run, Upload } from '../generated/sqlite/client.ts'
import type { Asker } from './asker.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Intake, lackingImages, type Picture } from './intake.ts'
import { checkDetails, type DetailsInput, type PictureDetails } from './picture-details.ts'
import { startImageRun } from './runs.ts'
import type { ObjectStore } from './storage/object-store.ts'
import { maxUploads } from './upload-rules.ts'

/** A completed upload is remembered this long, for who asks again, ms. */
const rememberedMs = 24 * 3_600_000

export interface Completions {
  /**
   * Takes the files of uploads in, all or none, and starts one run over them: once this returns, nothing of it is
   * lost. Asked again, it answers with the same run. Throws NotFoundError, InvalidInputError for what is not sent or
   * has another run, the error of the first rule that a file breaks, and storage trouble; then nothing is kept.
   */
  complete(ids: readonly string[], input: Omit<DetailsInput, 'filename'>, by: Asker): Promise<Run>
}

interface Deps {
  db: Db
  bell: Bell
  intake: Intake
  originals: ObjectStore
  settings: { defaultRecipes: readonly string[]; wake: () => void }
}

export function createCompletions({ db, bell, intake, originals, settings }: Deps): Completions {
  const { defaultRecipes, wake } = settings

  /** In the order of the ids, each once. */
  async function find(ids: readonly string[]): Promise<Upload[]> {
    if (ids.length === 0 || ids.length > maxUploads) {
      throw new InvalidInputError('ids', `Name 1 to ${maxUploads} uploads.`)
    }
    const rows = await db.upload.findMany({ where: { id: { in: [...ids] } } })
    return [...new Set(ids)].map((id) => {
      const upload = rows.find((row) => row.id === id)
      if (!upload || isOver(upload)) throw new NotFoundError('upload', id)
      return upload
    })
  }

  /** The run that all of them were completed with, or null. */
  async function findRun(uploads: readonly Upload[]): Promise<Run | null> {
    const [runId, ...others] = new Set(uploads.map((upload) => upload.runId))
    return runId && others.length === 0 ? db.run.findUniqueOrThrow({ where: { id: runId } }) : null
  }

  async function checkSent(upload: Upload, field: string): Promise<void> {
    const { state, filename, tempKey, tokenHash, byteSize } = upload
    if (state === 'COMPLETED') {
      throw new InvalidInputError(field, `${filename} has been completed before, with other files.`)
    }
    if (state === 'RECEIVED') return
    // only the storage knows of what is sent to itself
    const sent = tokenHash === null ? await originals.head(tempKey) : null
    if (!sent) throw new InvalidInputError(field, `${filename} has not been sent yet.`)
    if (sent.byteSize !== byteSize) throw wrongLength(upload, sent.byteSize).about(filename)
  }

  /** The bytes of the file, if they are those that were announced. */
  async function load(upload: Upload): Promise<Uint8Array> {
    await using file = await originals.checkout(upload.tempKey)
    if (!file) throw new NotFoundError('file of the upload', upload.id)
    const bytes = await readExactly(file.path, upload)
    if (upload.sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== upload.sha256) {
      throw new CorruptImageError('The bytes are not those announced: their SHA-256 is another.')
    }
    return bytes
  }

  const pictureOf = (upload: Upload, details: PictureDetails): Picture => ({
    ...details,
    filename: upload.filename,
    label: upload.filename,
    source: { kind: 'UPLOAD', url: null, etag: null },
    load: () => load(upload),
  })

  async function take(uploads: readonly Upload[], details: PictureDetails, by: Asker): Promise<Run> {
    const pictures = uploads.map((upload) => pictureOf(upload, details))
    const { run, imageIds } = await intake.receive(pictures, async (tx, received) => {
      const images = lackingImages(received)
      const started = await startImageRun(tx, { kind: 'UPLOAD', recipes: details.recipes }, images, by)
      await markCompleted(tx, uploads, started)
      return { run: started, imageIds: new Set(received.map(({ image }) => image.id)) }
    })
    for (const id of imageIds) bell.ring('image', id)
    bell.ring('run', run.id)
    wake()
    // what cannot be deleted now goes when the upload is forgotten
    await Promise.allSettled(uploads.map(({ tempKey }) => originals.delete(tempKey)))
    return run
  }

  return {
    async complete(ids, input, by) {
      const details = checkDetails({ ...input, filename: '' }, defaultRecipes)
      const uploads = await find(ids)
      const known = await findRun(uploads)
      if (known) return known
      try {
        for (const upload of uploads) await checkSent(upload, `ids.${ids.indexOf(upload.id)}`)
        return await take(uploads, details, by)
      } catch (error) {
        // somebody else has completed them meanwhile, and the files are gone
        const run = await findRun(await find(ids))
        if (run) return run
        throw error
      }
    },
  }
}

const isOver = ({ state, expiresAt }: Upload) => state !== 'COMPLETED' && expiresAt.getTime() <= Date.now()

/** In the transaction that starts the run: an upload is in one run or in none. */
async function markCompleted(tx: Tx, uploads: readonly Upload[], run: Run): Promise<void> {
  const { count } = await tx.upload.updateMany({
    where: { id: { in: uploads.map(({ id }) => id) }, state: { in: ['PENDING', 'RECEIVED'] } },
    data: { state: 'COMPLETED', runId: run.id, expiresAt: new Date(Date.now() + rememberedMs) },
  })
  if (count !== uploads.length) {
    throw new InvalidInputError('ids', 'Some of these uploads were completed with other files meanwhile, or expired.')
  }
}

async function readExactly(path: string, upload: Upload): Promise<Uint8Array> {
  try {
    await using handle = await open(path)
    // before it is in memory
    const { size } = await handle.stat()
    if (size !== upload.byteSize) throw wrongLength(upload, size)
    return await handle.readFile()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new StorageUnavailableError('The file that was sent cannot be read.', { cause })
  }
}

/** Cut off on its way, or another file under the same address. */
function wrongLength({ byteSize }: Upload, sent: number): CorruptImageError {
  return new CorruptImageError(`The file has ${sent} bytes, and ${byteSize} were announced.`)
}
