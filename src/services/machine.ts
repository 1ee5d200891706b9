import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import os from 'node:os'

const mebibyte = 1024 * 1024
/** in memory: 8 bits each of red, green, blue and alpha */
export const bytesPerPixel = 4

/** Cores that this process may use; of a container with a quota, so many that it is used up (cgroup v2). */
export function usableCores(quota = readQuota()): number {
  const [allowed = 'max', period = ''] = quota.trim().split(' ')
  const cores = os.availableParallelism()
  return allowed === 'max' ? cores : Math.max(1, Math.min(cores, Math.ceil(Number(allowed) / Number(period))))
}

function readQuota(): string {
  try {
    return readFileSync('/sys/fs/cgroup/cpu.max', 'utf8')
  } catch {
    // another system, or none
    return 'max'
  }
}

/** What the processes of the service may use together, bytes: what its container has, or the machine. */
function usableMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()
}

/** In the image host at once: a quarter of the memory, since encoders need as much again, and others the rest. */
export const defaultMegapixelsInFlight = (memory = usableMemory()): number =>
  Math.max(1, Math.floor(memory / 4 / bytesPerPixel / 1e6))

/**
 * An image host that holds more though no image is in it has lost them, and is replaced; bytes. A whole one of 2 threads
 * keeps up to 600 MB of what it has freed (measured over 1,000 images).
 */
export const idleHostBytes = (threads: number, memory = usableMemory()): number =>
  Math.min(Math.max(memory / 4, 768 * mebibyte), 1024 * mebibyte) + threads * 128 * mebibyte

/** What a process has in memory, bytes, as Linux tells it; null of one that has just ended. Fails elsewhere. */
export async function residentBytes(pid: number | undefined): Promise<number | null> {
  const [, kilobytes] = /^VmRSS:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return kilobytes ? Number(kilobytes) * 1_024 : null
}
