import { createHash, randomBytes } from 'node:crypto'
import sharp from 'sharp'
import type { Accepted } from '../crash/api.ts'
import type { Picture } from '../crash/pictures.ts'
import { createHttpClient } from '../support/client.ts'
import { announce, complete, facts, send, type Target } from '../support/uploads.ts'
import { persist } from './persist.ts'

/** Noise, the smallest that is taken. */
export async function noise(): Promise<Picture> {
  const raw = { width: 120, height: 120, channels: 3 as const }
  const bytes = await sharp(randomBytes(raw.width * raw.height * raw.channels), { raw })
    .jpeg({ quality: 50 })
    .toBuffer()
  return { bytes, damaged: false, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** What a batch became: its run, and the images of the pictures that were sent. */
export interface Batch {
  runId: string
  pictures: readonly Picture[]
}

/** Sends pictures as one run, through the servers in this order; what an outage cuts off is done again. */
export async function sendBatch(urls: readonly string[], pictures: readonly Picture[], artistName: string) {
  return persist(urls, async (url): Promise<Batch> => {
    const client = createHttpClient(url)
    const files = pictures.map(({ bytes, sha256 }) => ({ ...facts(bytes, `${sha256}.jpg`), clientKey: sha256 }))
    const { uploads, message } = await announce(client, files)
    if (!uploads) throw new Error(message)
    for (const [index, target] of uploads.entries()) await sendMissing(target, pictures[index])
    const ids = uploads.map(({ id }) => id)
    const { run, message: refusal } = await complete(client, ids, { artistName, recipes: ['artist'] })
    if (!run) throw new Error(refusal)
    return { runId: run.id, pictures }
  })
}

async function sendMissing(target: Target, picture: Picture | undefined): Promise<void> {
  if (!picture || target.state !== 'PENDING' || target.duplicateOf) return
  const { status } = await send(target, picture.bytes)
  if (status !== 204) throw new Error(`A file was answered with ${status}.`)
}

/** Sends one picture, a run of its own. */
export async function sendOne(urls: readonly string[], picture: Picture, artistName: string): Promise<Accepted> {
  return persist(urls, async (url) => {
    const options = { artistName, recipes: ['artist'], filename: `${picture.sha256}.jpg` }
    const { image, run, message } = await createHttpClient(url).upload(picture.bytes, options)
    if (message) throw new Error(message)
    return { imageId: image.id, runId: run.id, picture }
  })
}
