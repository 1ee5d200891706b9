import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Looks again and again until it sees something, and returns that; fails after a while (ms), with the sentence of what did
 * not come about.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  patienceMs = 30_000,
): Promise<Exclude<T, false | null | undefined>> {
  // not Date, which a test may hold
  const end = performance.now() + patienceMs
  for (;;) {
    const seen = await look()
    if (seen) return seen as Exclude<T, false | null | undefined>
    if (performance.now() > end) throw new Error(`It did not come about in ${patienceMs / 1_000} s: ${what}.`)
    await sleep(5)
  }
}
