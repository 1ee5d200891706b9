import sharp from 'sharp'
import { applySharpSettings } from '../src/workers/sharp-settings.ts'
import type { Pixels } from '../test/support/golden.ts'
import {
  makeByEngine,
  makeByPipeline,
  makeReference,
  openSubject,
  photoPath,
  type Subject,
  throughEncoder,
} from '../test/support/quality.ts'
import { similarity } from '../test/support/similarity.ts'
import { print } from './figures.ts'
import { compareDecoders } from './shrink-on-load.ts'

/** A photo with the recipes made of it: the ladder only of those that are quickly made. */
const subjects: [string, string[]][] = [
  ['dandelion-meadow-16mp.jpg', ['presets', 'artist']],
  ['autumn-meadow-landscape.jpg', ['presets', 'artist', 'responsive']],
  ['dogs-at-window-orientation-6.jpg', ['presets', 'artist', 'responsive']],
  ['mountain-path-greyscale.jpg', ['presets', 'artist']],
  ['fig-bowl-alpha.png', ['presets', 'artist', 'responsive']],
  ['paintbrushes-landscape.webp', ['presets', 'artist', 'responsive']],
]

const ways = ['best', 'engine', 'naive'] as const
type Three<T> = Record<(typeof ways)[number], T>
interface Row {
  pixels: Three<number>
  encoded: Three<number>
}

/** SSIM of every variant against the best that could be made of the original: its pixels, and what the encoder leaves. */
export async function benchQuality(): Promise<void> {
  applySharpSettings()
  // to see what was encoded
  sharp.unblock({ operation: ['VipsForeignLoadHeif'] })
  print('| photo | variant | px | engine | naive | best, encoded | engine, encoded | naive, encoded |')
  print('|---|---|---|---|---|---|---|---|')
  const rows: Row[] = []
  for (const [photo, recipes] of subjects) rows.push(...(await measurePhoto(photo, recipes)))
  printRow(
    'all',
    'least',
    '',
    summary(rows, (values) => Math.min(...values)),
  )
  printRow(
    'all',
    'mean',
    '',
    summary(rows, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  )
  await compareDecoders()
}

async function measurePhoto(photo: string, recipes: string[]): Promise<Row[]> {
  const subject = await openSubject(photoPath(photo), recipes)
  const rows: Row[] = []
  for (const name of new Set(subject.units.map((unit) => `${unit.recipe} ${unit.name}`))) {
    const units = subject.units.filter((unit) => `${unit.recipe} ${unit.name}` === name)
    for (const [unit, row] of await measureUnits(subject, units)) {
      printRow(photo, `${name} ${unit.format}`, `${unit.width}x${unit.height}`, row)
      rows.push(row)
    }
  }
  return rows
}

type Unit = Subject['units'][number]

/** Of units that differ only in their format. */
async function measureUnits(subject: Subject, units: Unit[]): Promise<[Unit, Row][]> {
  const [first] = units
  if (!first) return []
  const made: Three<Pixels> = {
    best: await makeReference(subject, first),
    engine: await makeByEngine(subject, first),
    naive: await makeByPipeline(subject, first),
  }
  const pixels = await ofThree(async (way) => similarity(made[way], made.best))
  const results = units.map(async (unit): Promise<[Unit, Row]> => {
    const encoded = await ofThree(async (way) => similarity(await throughEncoder(made[way], unit), made.best))
    return [unit, { pixels, encoded }]
  })
  return Promise.all(results)
}

async function ofThree<T>(make: (way: (typeof ways)[number]) => Promise<T>): Promise<Three<T>> {
  return { best: await make('best'), engine: await make('engine'), naive: await make('naive') }
}

function summary(rows: Row[], pick: (values: number[]) => number): Row {
  const of = (kind: keyof Row, way: (typeof ways)[number]) => pick(rows.map((row) => row[kind][way]))
  const three = (kind: keyof Row) => ({ best: of(kind, 'best'), engine: of(kind, 'engine'), naive: of(kind, 'naive') })
  return { pixels: three('pixels'), encoded: three('encoded') }
}

function printRow(photo: string, variant: string, size: string, { pixels, encoded }: Row): void {
  const values = [pixels.engine, pixels.naive, encoded.best, encoded.engine, encoded.naive]
  print(`| ${[photo, variant, size, ...values.map((value) => value.toFixed(4))].join(' | ')} |`)
}
