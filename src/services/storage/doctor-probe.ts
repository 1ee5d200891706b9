import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { PutOptions } from './object-store.ts'

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
