import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore, PutOptions } from './object-store.ts'

/** A storage that is away must not hold up the end for longer, ms. */
const deleteMs = 10_000

/** One thing to try; resolves to what came of it, throws an AppError or a WrongAnswerError when it did not work. */
export type Check = () => Promise<string | { warning: string }>

/** A small object that is stored to see what comes of it. */
export interface Probe {
  key: string
  bytes: Buffer
  options: PutOptions
  /** whether a file holds its bytes */
  isIn(file: string): Promise<boolean>
}

export function createProbe(key: string): Probe {
  const bytes = Buffer.from(`A probe of greenroom doctor: ${key}\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const contentType = key.endsWith('.webp') ? 'image/webp' : 'image/jpeg'
  return {
    key,
    bytes,
    options: { contentType, cacheControl: 'no-store', sha256, ifAbsent: true },
    isIn: async (file) => bytes.equals(await readFile(file)),
  }
}

/** For the end of something that went wrong, which is told already. */
export async function tryToDelete(store: ObjectStore, key: string): Promise<void> {
  await Promise.race([store.delete(key).catch(() => {}), sleep(deleteMs, undefined, { ref: false })])
}
