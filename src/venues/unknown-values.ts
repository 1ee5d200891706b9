/** Reads values from outside, of which nothing is known. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The value at a path of keys and indexes, or undefined where the path ends early. */
export function dig(value: unknown, ...path: ReadonlyArray<string | number>): unknown {
  let at: unknown = value
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** A text with something in it, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** A number or a text as a text, or null. */
export function plainOf(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : textOf(value)
}

/** One value or many, as a list. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}
