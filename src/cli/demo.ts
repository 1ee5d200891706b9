import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createLog } from '../log.ts'
import { abortWhen, untilStopped } from '../signals.ts'
import { type Api, createApi } from './api.ts'
import { bytes, seconds, table } from './format.ts'
import { describeInterruption, type SendSummary } from './send-pictures.ts'
import { uploadFiles } from './upload.ts'

const photos = fileURLToPath(new URL('../../examples/photos', import.meta.url))

/** The widest rung that the summary takes a page to need, px. */
const pageWidth = 1280

interface DemoImage {
  filename: string
  byteSize: number
  width: number
  height: number
  variants: { name: string; format: string; width: number; byteSize: number; url: string }[]
}

const print = (text: string) => process.stdout.write(`${text}\n`)

/** Serves, uploads the sample photos through the public API and tells what came of it; false when it did not work. */
export async function runDemo(config: Config, once: boolean): Promise<boolean> {
  const stopped = untilStopped()
  const stopping = abortWhen(stopped)
  await using app = await createApp(config, createLog('warn'))
  const api = createApi(`http://localhost:${new URL(app.url).port}`)
  print(`${once ? '' : `Greenroom is listening on ${api.url}. `}The sample photos are on their way.\n`)
  const begun = Date.now()
  const uploaded = await uploadFiles(api, [photos], { artist: 'The Samples' }, stopping)
  const took = Date.now() - begun
  if (stopping.aborted) {
    print(describeInterruption(uploaded, true))
    return !once
  }
  const { images } = await api.query<{ images: { nodes: DemoImage[] } }>(
    '{ images(first: 100, filter: { artistSlug: "the-samples" }) { nodes { filename byteSize width height variants { name format width byteSize url } } } }',
  )
  print(summary(images.nodes))
  print(`\n${describeWork(uploaded, images.nodes, took)}\n`)
  if (once) {
    print(`${whereFilesAre(config)}\n\nnpm start serves them.`)
  } else {
    print(`${whereToLook(api, images.nodes)}\n${whereFilesAre(config)}\n\nCtrl-C ends the demo.`)
    await stopped
  }
  return uploaded.failed === 0
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

function whereToLook(api: Api, images: readonly DemoImage[]): string {
  const thumbnails = images.flatMap(
    (image) => image.variants.find((variant) => variant.name === 'thumbnail')?.url ?? [],
  )
  return [
    `explore    ${api.url}/graphql`,
    ...thumbnails.slice(0, 3).map((url, index) => `${index === 0 ? 'look' : '    '}       ${url}`),
  ].join('\n')
}

function whereFilesAre(config: Config): string {
  const folder = config.storage.url.replace(/^file:/, '')
  const near = path.relative(process.cwd(), folder)
  const shown = near.startsWith('..') ? folder : near
  return `files      ${shown}/images, ${shown}/variants`
}
