interface Stored {
  name: string
  format: string
}

/** A variant that a set is to have. */
export interface Milestone extends Stored {
  /** px, as the recipe names it */
  nominalWidth: number
}

/**
 * How far a variant set has come. `readyMaxWidth` is the largest width (px, as the recipe names it) such that it and
 * every smaller one has all its formats stored; `ready` when nothing is missing.
 */
export function watermark(
  units: readonly Milestone[],
  stored: readonly Stored[],
): { readyMaxWidth: number; ready: boolean } {
  const have = new Set(stored.map(({ name, format }) => `${name}.${format}`))
  const missing = units.filter((unit) => !have.has(`${unit.name}.${unit.format}`))
  const firstGap = Math.min(...missing.map((unit) => unit.nominalWidth))
  const whole = units.filter((unit) => unit.nominalWidth < firstGap)
  return {
    readyMaxWidth: Math.max(0, ...whole.map((unit) => unit.nominalWidth)),
    ready: missing.length === 0,
  }
}
