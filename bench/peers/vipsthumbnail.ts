import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { findRecipe, type VariantSpec } from '../../src/services/recipes.ts'
import type { Output as Encoding } from '../../src/workers/protocol.ts'
import { type Measured, type Output, outputName } from '../measured.ts'
import { cpuSeconds, watchMemory } from '../processes.ts'
import type { PhotoWork, Work } from '../work.ts'

const imagesAtOnce = 2

export const installCommand = 'bash bench/peers/install.sh'

/** A ladder, and AVIF of the same effort, are not for a person to type. */
export const canMake = (recipe: string) => recipe === 'presets' || recipe === 'artist'

/** As it tells it: `vips-8.14.1`; null where it is not installed. */
export async function vipsthumbnailVersion(): Promise<string | null> {
  try {
    return (await promisify(execFile)('vipsthumbnail', ['--vips-version'])).stdout.trim()
  } catch {
    return null
  }
}

/** Debian's vipsthumbnail as a person uses it: a process for each variant, the variants of an image in turn. */
export async function measureVipsthumbnail({ recipe, photos, warmUp }: Work): Promise<Measured> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-peer-'))
  const running = new Set<number>()
  const jobs = planJobs(recipe)

  async function makeOne(photo: PhotoWork): Promise<void> {
    for (const { spec, encoding } of jobs) await runOnce(argumentsFor(spec, encoding, photo.file, dir), running)
  }

  async function makeAll(list: readonly PhotoWork[]): Promise<number[]> {
    const latenciesMs: number[] = []
    let next = 0
    const worker = async () => {
      for (let photo = list[next++]; photo; photo = list[next++]) {
        const since = performance.now()
        await makeOne(photo)
        latenciesMs.push(performance.now() - since)
      }
    }
    await Promise.all(Array.from({ length: imagesAtOnce }, worker))
    return latenciesMs
  }

  try {
    await makeAll(warmUp)
    const memory = watchMemory(() => [...running])
    const cpuBefore = cpuSeconds(process.pid, 'ended children')
    const since = performance.now()
    const latenciesMs = await makeAll(photos)
    const ms = performance.now() - since
    const cpu = cpuSeconds(process.pid, 'ended children') - cpuBefore
    const peakRssMb = memory.stop()
    const made = await readOutputs(recipe, photos, dir)
    return { ms, latenciesMs, cpuSeconds: cpu, peakRssMb, loopP99Ms: null, ...made }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const planJobs = (recipe: string) => {
  const { variants, outputs } = findRecipe(recipe)
  return variants.flatMap((spec) => outputs.map((encoding) => ({ spec, encoding })))
}

const outputFile = (dir: string, input: string, name: string, format: string) =>
  path.join(dir, `${path.parse(input).name}-${name}.${format}`)

function argumentsFor(spec: VariantSpec, encoding: Encoding, input: string, dir: string): string[] {
  const box = 'height' in spec ? `${spec.width}x${spec.height}` : `${spec.width}`
  const size = spec.method === 'cover' ? ['--size', box, '--smartcrop', 'centre'] : ['--size', `${box}>`]
  const saving = encoding.format === 'webp' ? `effort=${encoding.effort}` : 'optimize_coding'
  const quality = 'quality' in encoding ? encoding.quality : 100
  return [
    input,
    ...size,
    '--output',
    `${outputFile(dir, input, spec.name, encoding.format)}[Q=${quality},${saving},strip]`,
  ]
}

async function runOnce(args: string[], running: Set<number>): Promise<void> {
  const child = spawn('vipsthumbnail', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const pid = child.pid ?? 0
  running.add(pid)
  const [code] = await once(child, 'exit')
  running.delete(pid)
  if (code !== 0) throw new Error(`vipsthumbnail ${args.join(' ')} ended with ${code}.`)
}

async function readOutputs(recipe: string, photos: readonly PhotoWork[], dir: string) {
  const outputs = new Map<string, Output>()
  let bytes = 0
  for (const { photo, file } of photos) {
    for (const { spec, encoding } of planJobs(recipe)) {
      const made = outputFile(dir, file, spec.name, encoding.format)
      const { width, height, format } = await sharp(made).metadata()
      outputs.set(outputName(photo, `${spec.name}.${encoding.format}`), { sha256: '', width, height, format })
      bytes += (await stat(made)).size
    }
  }
  return { outputs, bytes }
}
