import type { Dice } from './dice.ts'

/** Where a service can be killed, in the order of an image's way; `random`: some time after the first claim. */
export const crashPoints = [
  'after-original',
  'after-accept',
  'after-claim',
  'mid-encode',
  'after-put',
  'after-row',
  'after-checkpoint',
  'during-finish',
  'after-finish',
  'random',
] as const
export type CrashPoint = (typeof crashPoints)[number]

export interface CrashPlan {
  point: CrashPoint
  /** the how-manieth time the point is reached */
  count: number
  /** how long after that */
  delayMs: number
}

/** What test/support/crash-at.mjs reads. */
export function crashEnv({ point, count, delayMs }: CrashPlan): Record<string, string> {
  return { CRASH_AT: point, CRASH_COUNT: String(count), CRASH_DELAY_MS: String(delayMs) }
}

/** points that a service reaches once for each variant */
const often: readonly CrashPoint[] = ['mid-encode', 'after-put', 'after-row', 'after-checkpoint']

export function rollCrash(dice: Dice, point: CrashPoint): CrashPlan {
  const delays: Partial<Record<CrashPoint, number>> = {
    'mid-encode': dice.between(1, 60),
    random: dice.between(50, 3_000),
  }
  const count = often.includes(point) ? dice.between(1, 6) : dice.between(1, 2)
  return { point, count: point === 'random' ? 1 : count, delayMs: delays[point] ?? 0 }
}
