import type { System } from './system-query.ts'

/** A look at what goes up and down; null is what was not known. */
export interface Sample {
  /** ms */
  at: number
  waiting: number | null
  megapixels: number
  service: number
  host: number | null
}

/** How much is plotted, ms. */
export const spanMs = 5 * 60_000

export const noSamples: readonly Sample[] = []

export const waitingOf = ({ queueDepth }: Pick<System, 'queueDepth'>): number | null =>
  queueDepth && queueDepth.interactive + queueDepth.background

export function takeSample(samples: readonly Sample[], system: System, now: number): readonly Sample[] {
  const sample = {
    at: now,
    waiting: waitingOf(system),
    megapixels: system.megapixelsInFlight,
    service: system.rssBytes,
    host: system.imageHostRssBytes,
  }
  return [...samples.filter(({ at }) => at > now - spanMs), sample]
}
