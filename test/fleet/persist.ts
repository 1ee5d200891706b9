import { setTimeout as sleep } from 'node:timers/promises'

/** For an outage, and a start of a server on a busy machine. */
const patienceMs = 60_000

/** Asks one server after the other until one does it, as a client that does not give up. */
export async function persist<T>(urls: readonly string[], ask: (url: string) => Promise<T>): Promise<T> {
  const end = performance.now() + patienceMs
  const reasons = new Set<string>()
  for (let tries = 0; performance.now() < end; tries += 1) {
    const url = urls[tries % urls.length] ?? ''
    try {
      return await ask(url)
    } catch (error) {
      const { message, cause } = error as Error
      reasons.add(`${url}: ${message} ${cause ?? ''}`)
      await sleep(200)
    }
  }
  throw new Error(`No server did it in ${patienceMs / 1_000} s: ${[...reasons].join('; ')}`)
}
