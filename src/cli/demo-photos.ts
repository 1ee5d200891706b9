import { fileURLToPath } from 'node:url'
import { packageRoot } from '../package-root.ts'
import type { Api } from './api.ts'
import { bytes, seconds, table } from './format.ts'
import { describeInterruption, type SendSummary } from './send-pictures.ts'
import { uploadFiles } from './upload.ts'

const photos = fileURLToPath(new URL('examples/photos', packageRoot))

/** The widest rung that the summary takes a page to need, px. */
const pageWidth = 1280

interface DemoImage {
  filename: string
  byteSize: number
  width: number
  height: number
  variants: { name: string; format: string; width: number; byteSize: number; url: string }[]
}

export interface PhotosDone {
  /** for people */
  told: string
  /** an address to look at */
  thumbnail: string | null
  failed: number
}

/** Uploads the sample photos through the public API, and tells what came of it. */
export async function showPhotos(api: Api, stopping: AbortSignal): Promise<PhotosDone> {
  const begun = Date.now()
  const uploaded = await uploadFiles(api, [photos], { artist: 'The Samples' }, stopping)
  const took = Date.now() - begun
  const { failed } = uploaded
  if (stopping.aborted) return { told: describeInterruption(uploaded, true), thumbnail: null, failed }
  const { images } = await api.query<{ images: { nodes: DemoImage[] } }>(
    '{ images(first: 100, filter: { artistSlug: "the-samples" }) { nodes { filename byteSize width height variants { name format width byteSize url } } } }',
  )
  const thumbnails = images.nodes.flatMap(({ variants }) => variants.filter(({ name }) => name === 'thumbnail'))
  const told = `${summary(images.nodes)}\n\n${describeWork(uploaded, images.nodes, took)}`
  return { told, thumbnail: thumbnails[0]?.url ?? null, failed }
}

function describeWork({ imageIds, made, failed }: SendSummary, images: readonly DemoImage[], took: number): string {
  const variants = images.reduce((sum, image) => sum + image.variants.length, 0)
  const rate = (made / (took / 1000)).toFixed(2)
  const work = made === 0 ? ': nothing new to make' : ` in ${seconds(took)} (${rate} photos a second)`
  return `${imageIds.length} photos, ${variants} variants${work}, ${failed} failed.`
}

function summary(images: readonly DemoImage[]): string {
  const rows = images.map((image) => {
    const shown = onPage(image)
    const saved = shown ? `${Math.round(100 * (1 - shown.byteSize / image.byteSize))}%` : '-'
    return [
      image.filename,
      `${image.width}x${image.height}`,
      bytes(image.byteSize),
      String(image.variants.length),
      shown ? `${shown.width}w ${bytes(shown.byteSize)}` : '-',
      saved,
    ]
  })
  const before = images.reduce((sum, image) => sum + image.byteSize, 0)
  const after = images.reduce((sum, image) => sum + (onPage(image)?.byteSize ?? image.byteSize), 0)
  const saved = before === 0 ? 0 : Math.round(100 * (1 - after / before))
  return `\n${table(['photo', 'size', 'original', 'variants', 'AVIF on a page', 'saved'], rows)}

A page with these photos at up to ${pageWidth} px loads ${bytes(after)} of AVIF instead of ${bytes(before)} of originals: ${saved}% saved.`
}

/** What a browser would take of an image on a page. */
function onPage({ variants }: DemoImage) {
  return variants.filter((variant) => variant.format === 'avif' && variant.width <= pageWidth).at(-1)
}
