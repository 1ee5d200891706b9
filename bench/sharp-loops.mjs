// @ts-check
// A process of its own that makes variants with sharp and nothing of ours, so nothing of ours is in its memory either:
// `node sharp-loops.mjs LOOP`, forked by sharp-alone.ts, which sends what to make.
import { createHash } from 'node:crypto'
import PQueue from 'p-queue'
import sharp from 'sharp'

/**
 * @import { OutputInfo, Sharp } from 'sharp'
 * @import { PhotoWork, UnitWork } from './work.ts'
 * @import { Output } from './measured.ts'
 * @typedef {{ photos: PhotoWork[], warmUp: PhotoWork[] }} Job
 * @typedef {{ data: Buffer, info: OutputInfo }} Encoded
 * @typedef {{ name: string, output: Output }} NamedOutput
 */

const imagesAtOnce = 2
/** Decodes and encodes of all images: as many as cores, also when only one image is left. */
const slots = new PQueue({ concurrency: 2 })

/** What begins before the clock does, and what is measured. */
const loops = {
  once: { prepare: readNothing, make: makeOnce },
  encoders: { prepare: decodeAll, make: encodeDecoded },
  naive: { prepare: readNothing, make: makeNaively },
}

const loop = loops[/** @type {keyof typeof loops} */ (process.argv[2])]
if (loop !== loops.naive) {
  sharp.concurrency(1)
  sharp.cache(false)
}

/** @type {Map<string, Encoded>} */
const decoded = new Map()

async function readNothing() {}

/** @param {PhotoWork[]} photos */
async function decodeAll(photos) {
  for (const photo of photos) if (!decoded.has(photo.photo)) decoded.set(photo.photo, await decode(photo))
}

/** @param {PhotoWork} photo */
function decode({ file, working }) {
  return sharp(file)
    .autoOrient()
    .resize(working.width, working.height, { fit: 'fill' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
}

/** @param {PhotoWork} photo */
async function makeOnce(photo) {
  return encodeAll(await slots.add(() => decode(photo)), photo)
}

/** @param {PhotoWork} photo */
async function encodeDecoded(photo) {
  const pixels = decoded.get(photo.photo)
  if (!pixels) throw new Error(`${photo.photo} was not decoded.`)
  return encodeAll(pixels, photo)
}

/**
 * @param {Encoded} pixels
 * @param {PhotoWork} photo
 */
function encodeAll({ data, info }, { units }) {
  const { width, height, channels } = info
  return Promise.all(
    units.map((unit) =>
      slots.add(() => {
        const pipeline = sharp(data, { raw: { width, height, channels } })
        if (unit.workingCrop) pipeline.extract(unit.workingCrop)
        return write(pipeline.resize(unit.width, unit.height, { fit: 'fill' }), unit)
      }),
    ),
  )
}

/**
 * As one writes it first: every variant from the file.
 * @param {PhotoWork} photo
 */
function makeNaively({ file, units }) {
  return Promise.all(
    units.map((unit) => {
      const fit = unit.crop ? 'cover' : 'fill'
      return write(sharp(file).autoOrient().resize(unit.width, unit.height, { fit }), unit)
    }),
  )
}

/**
 * @param {Sharp} pipeline
 * @param {UnitWork} unit
 * @returns {Promise<Encoded>}
 */
function write(pipeline, { output }) {
  const { format, ...options } = output
  return pipeline.toFormat(format, options).toBuffer({ resolveWithObject: true })
}

/** @param {PhotoWork[]} photos */
async function makeAll(photos) {
  /** @type {number[]} */
  const latenciesMs = []
  /** @type {Map<string, { photo: string, unit: string, encoded: Encoded }>} */
  const last = new Map()
  let next = 0
  let bytes = 0
  const worker = async () => {
    for (let photo = photos[next++]; photo; photo = photos[next++]) {
      const since = performance.now()
      const made = await loop.make(photo)
      latenciesMs.push(performance.now() - since)
      for (const [index, encoded] of made.entries()) {
        const unit = photo.units[index]?.name ?? ''
        last.set(`${photo.photo} ${unit}`, { photo: photo.photo, unit, encoded })
        bytes += encoded.info.size
      }
    }
  }
  await Promise.all(Array.from({ length: imagesAtOnce }, worker))
  return { latenciesMs, bytes, last: [...last.values()] }
}

/**
 * @param {Buffer} data
 * @returns {Promise<Output>}
 */
async function describe(data) {
  const { width, height, format, compression } = await sharp(data).metadata()
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { sha256, width, height, format: compression === 'av1' ? 'avif' : format }
}

/** @param {Job} job */
async function run({ photos, warmUp }) {
  await loop.prepare([...photos, ...warmUp])
  await makeAll(warmUp)
  process.send?.({ kind: 'ready' })
  await new Promise((resolve) => process.once('message', resolve))
  const cpu = process.cpuUsage()
  const since = performance.now()
  const { latenciesMs, bytes, last } = await makeAll(photos)
  const ms = performance.now() - since
  const { user, system } = process.cpuUsage(cpu)
  process.send?.({ kind: 'measured', ms, latenciesMs, bytes, cpuSeconds: (user + system) / 1e6 })
  const outputs = []
  for (const { photo, unit, encoded } of last) outputs.push({ photo, unit, output: await describe(encoded.data) })
  process.send?.({ kind: 'made', outputs })
}

// until then it stays, so that its parent has read everything
process.once('disconnect', () => process.exit())
process.once('message', (job) => run(/** @type {Job} */ (job)))
