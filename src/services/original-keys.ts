import { randomBytes } from 'node:crypto'
import type { InputFormat } from '../workers/protocol.ts'

/** The folder of originals, in a place that is not public. */
export const originalsFolder = 'originals/'

/** A name nobody can guess. */
export function newOriginalKey(format: InputFormat): string {
  return `${originalsFolder}${randomBytes(16).toString('hex')}.${format === 'jpeg' ? 'jpg' : format}`
}

/** What has another name is somebody else's. */
export const isOriginalKey = (key: string) => /^originals\/[0-9a-f]{32}\.(jpg|png|webp)$/.test(key)
