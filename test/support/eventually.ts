import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again and again until it holds; fails after 30 s. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    if (await holds()) return
    await sleep(10)
  }
  throw new Error('It did not come about in 30 s.')
}
