import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import sharp from 'sharp'
import type { Spread } from '../figures.ts'
import type { Figures } from '../measured.ts'

/** What the figures of a run depend on. */
export interface Setting {
  date: string
  machine: {
    cpu: string
    cores: number
    memoryGb: number
    system: string
    /** the load average of the minute before: figures of a machine that was busy already say little */
    load: number
  }
  versions: Record<string, string>
}

export type SystemName = 'service' | 'once' | 'encoders' | 'naive' | 'vipsthumbnail'

export interface SystemResult {
  system: SystemName
  /** of each figure by itself */
  median: Figures
  rounds: Figures[]
}

export interface RecipeResult {
  recipe: string
  images: number
  systems: SystemResult[]
  /** images/s of the service by those of each other system */
  ratios: Partial<Record<SystemName, Spread>>
}

export interface PipelineResults extends Setting {
  rounds: number
  parallel: number
  recipes: RecipeResult[]
}

export interface GrowthPoint {
  parallel: number
  images: number
  median: Figures
  rounds: Figures[]
}

export interface GrowthResults extends Setting {
  rounds: number
  /** one row of points changes the senders, the other the images */
  byParallel: GrowthPoint[]
  byImages: GrowthPoint[]
}

export interface SoakSample {
  seconds: number
  /** images that have come to an end, or were refused */
  done: number
  serviceMb: number
  hostMb: number
}

export interface SoakResults extends Setting {
  images: number
  seconds: number
  ends: { kind: string; expected: string; count: number; asExpected: number }[]
  /** MB that the service and its image host grow by in 1,000 images, over the last half */
  slopeMb: number
  samples: SoakSample[]
}

/** Of backends that are in a transaction, the share that waits for each of these, or is at work itself. */
export type Waits = Record<'row' | 'log' | 'client' | 'other' | 'cpu', number>

export type Sharing = 'one run' | '64 runs' | 'a run each'

/** Work of so many processes at once, each with as many tasks as a worker on two cores has. */
export interface ScalePoint {
  processes: number
  images: Sharing
  /** over Redis */
  hinted: boolean
  tasksPerSecond: number
  /** what one task costs; CPU in ms */
  task: Record<'commits' | 'walSyncs' | 'walKb' | 'serverMs' | 'processMs' | 'redisCommands' | 'redisMs', number>
  waits: Waits
}

export interface ClaimPoint {
  claimers: number
  images: Sharing
  /** tasks that wait when it begins */
  waiting: number
  perSecond: number
  p50Ms: number
  p95Ms: number
}

/** What an image leaves in the database once it is done. */
export interface RowPoint {
  recipes: string[]
  variants: number
  events: number
  /** with indexes and what updates have left behind, by table */
  bytes: Record<string, number>
}

export interface ScaleResults extends Setting {
  work: ScalePoint[]
  claims: ClaimPoint[]
  rows: RowPoint[]
  eventsReadPerSecond: { readers: number; perSecond: number }[]
  /** of one process that has nothing to do */
  idle: { hinted: boolean; transactionsPerSecond: number; serverMsPerSecond: number }[]
}

export interface Results {
  scale: ScaleResults
  pipeline: PipelineResults
  growth: GrowthResults
  soak: SoakResults
}

export function describeSetting(more: Record<string, string> = {}): Setting {
  const [cpu] = os.cpus()
  const { vips = '', webp = '', aom = '', mozjpeg = '' } = sharp.versions as Record<string, string>
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: os.availableParallelism(),
      memoryGb: Math.round(os.totalmem() / 1e9),
      system: `${os.type()} ${os.release()}`,
      load: os.loadavg()[0] ?? 0,
    },
    versions: {
      node: process.versions.node,
      sharp: sharp.versions.sharp ?? '',
      libvips: vips,
      webp,
      aom,
      mozjpeg,
      ...more,
    },
  }
}

const fileOf = (name: keyof Results) => `bench/results/${name}.json`

/** Digits beyond what a bench can tell are left out. */
const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value)

export async function writeResults<K extends keyof Results>(name: K, results: Results[K]): Promise<void> {
  await writeFile(fileOf(name), `${JSON.stringify(results, rounded, 2)}\n`)
}

/** null where it has not been run. */
export async function readResults<K extends keyof Results>(name: K): Promise<Results[K] | null> {
  const text = await readFile(fileOf(name), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Results[K])
}
