import { setTimeout as sleep } from 'node:timers/promises'

/** Whether a process is there; one that is a zombie is not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A killed process's children notice within moments. */
export async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(20)
  return !isAlive(pid)
}
