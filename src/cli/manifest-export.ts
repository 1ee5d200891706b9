import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import PQueue from 'p-queue'
import { type Api, ApiError } from './api.ts'
import { describeKey, fileOf, type Manifest, type ManifestRecord, manifestName, noVenue } from './manifest-format.ts'
import { createProgress } from './progress.ts'
import { type ExportedVariant, picturesToShow, type ShownPicture } from './shown-pictures.ts'

/** Files fetched at once. */
const atOnce = 4
const fetchTimeoutMs = 60_000

export interface ExportSummary {
  /** counts, for people */
  text: string
  failed: number
}

/**
 * Writes the picture to show of every artist and venue, in the sizes of the recipe `artist`, and then the manifest; what
 * is there already is kept. Stopped by the signal, it leaves the manifest as it was.
 */
export async function exportCollection(
  api: Api,
  folder: string,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<ExportSummary> {
  const { pictures, lacking } = await picturesToShow(api, signal)
  for (const line of lacking) output.write(`– ${line}\n`)
  const images: Manifest['images'] = {}
  let failed = 0
  {
    using progress = createProgress(pictures.length, 'pictures', output)
    const queue = new PQueue({ concurrency: atOnce })
    const write = async (picture: ShownPicture) => {
      if (signal.aborted) return
      const name = `${picture.slug}, ${picture.venueTag ?? noVenue}`
      const step = progress.start(name)
      try {
        for (const variant of picture.variants) {
          const { key, record } = recordOf(picture, variant)
          await keep(path.join(folder, record.path), variant, signal)
          images[key] = record
        }
        step.done(
          `✓ ${name}: ${picture.variants.map(({ name, width, height }) => `${name} ${width}x${height}`).join(', ')}`,
        )
      } catch (error) {
        if (signal.aborted) return step.drop()
        failed += 1
        step.done(`✗ ${name}: ${(error as Error).message}`)
      }
    }
    await Promise.all(pictures.map((picture) => queue.add(() => write(picture))))
  }
  if (!signal.aborted) await writeManifest(folder, images)
  const files = new Set(Object.values(images).map((record) => record.path))
  return { failed, text: `${pictures.length} pictures, ${files.size} unique files, ${failed} failed` }
}

function recordOf(
  { slug, name, venueTag, sourceUrl }: ShownPicture,
  variant: ExportedVariant,
): { key: string; record: ManifestRecord } {
  const key = { artistSlug: slug, venueTag, size: variant.name }
  const file = fileOf(key)
  if (!file) throw new ApiError(`The server names what can be no file: ${describeKey(key)}.`)
  const { width, height, byteSize, sha256 } = variant
  return {
    key: describeKey(key),
    record: {
      artist_slug: slug,
      artist_name: name,
      venue_tag: venueTag ?? noVenue,
      size: variant.name,
      path: file,
      width,
      height,
      byte_size: byteSize,
      sha256,
      source_url: sourceUrl,
    },
  }
}

/** Fetches a variant unless the file has its bytes: one that was damaged since is mended. */
async function keep(file: string, { url, sha256 }: ExportedVariant, signal: AbortSignal): Promise<void> {
  const there = await readFile(file).catch(() => null)
  if (there && hash(there) === sha256) return
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]) })
  if (!response.ok) throw new ApiError(`${url} answered ${response.status}.`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (hash(bytes) !== sha256) throw new ApiError(`${url} served other bytes than are on record.`)
  await writeWhole(file, bytes)
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function writeManifest(folder: string, images: Manifest['images']): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1)))
  const manifest: Manifest = { version: 1, images: sorted }
  await writeWhole(path.join(folder, manifestName), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
}

/** A file appears under its name only when it is whole. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const part = `${file}.part`
  {
    await using handle = await open(part, 'w')
    await handle.writeFile(bytes)
    await handle.sync()
  }
  await rename(part, file)
}
