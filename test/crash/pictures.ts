import { createHash } from 'node:crypto'
import { damagedJpeg, jpeg } from '../support/images.ts'
import type { Dice } from './dice.ts'

export interface Picture {
  bytes: Buffer
  sha256: string
  /** it can be accepted, but not decoded */
  damaged: boolean
}

function describe(bytes: Buffer, damaged: boolean): Picture {
  return { bytes, damaged, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export async function whole(width: number, height: number): Promise<Picture> {
  return describe(await jpeg(width, height), false)
}

export async function damaged(): Promise<Picture> {
  return describe(await damagedJpeg(), true)
}

/** One to upload: mostly a new one, now and then one that cannot be decoded, or one that was sent before. */
export async function rollPicture(dice: Dice, sent: readonly Picture[]): Promise<Picture> {
  const [first, ...others] = sent
  if (first && dice.chance(0.15)) return dice.pick([first, ...others])
  if (dice.chance(0.12)) return damaged()
  const width = dice.pick([300, 400, 700, 1_000])
  return whole(width, Math.round((width * 3) / 4))
}
