import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { LocalFile } from './object-store.ts'

export interface SweepLimits {
  /** files not written to for this long are nobody's, ms */
  maxAgeMs: number
  /** of all files; the oldest go first */
  maxBytes: number
  /** younger ones may be in use by other processes and do not go for the others' bytes, ms */
  minAgeMs?: number
}

export interface TempFolder {
  dir: string
  /** a name for a file in the folder; whoever reserves it writes the file, and it is gone once disposed */
  reserve(): LocalFile
  /** removes what killed processes left half-written, and nothing that is reserved; resolves to how many files */
  sweep(limits: SweepLimits): Promise<number>
}

/** A folder for temporary files, made by whoever writes to it first. */
export function createTempFolder(dir: string): TempFolder {
  const inUse = new Set<string>()
  return {
    dir,
    reserve() {
      const name = randomUUID()
      const file = path.join(dir, name)
      inUse.add(name)
      return {
        path: file,
        async [Symbol.asyncDispose]() {
          // a file that is left is swept later; what went wrong before is what counts
          await rm(file, { force: true }).catch(() => {})
          inUse.delete(name)
        },
      }
    },
    sweep: (limits) => sweep(dir, limits, inUse),
  }
}

/** A folder that is not there is empty. */
async function sweep(
  dir: string,
  { maxAgeMs, maxBytes, minAgeMs = 0 }: SweepLimits,
  inUse: ReadonlySet<string>,
): Promise<number> {
  const names = (await readdir(dir).catch(ignoreMissing)) ?? []
  const files = await Promise.all(
    names
      .filter((name) => !inUse.has(name))
      .map(async (name) => ({
        file: path.join(dir, name),
        facts: await stat(path.join(dir, name)).catch(ignoreMissing),
      })),
  )
  const newestFirst = files
    .flatMap(({ file, facts }) => (facts ? [{ file, bytes: facts.size, writtenMs: facts.mtimeMs }] : []))
    .sort((a, b) => b.writtenMs - a.writtenMs)
  let bytes = 0
  let removed = 0
  for (const file of newestFirst) {
    bytes += file.bytes
    const ageMs = Date.now() - file.writtenMs
    if (ageMs < maxAgeMs && (bytes <= maxBytes || ageMs < minAgeMs)) continue
    await rm(file.file, { force: true, recursive: true })
    removed += 1
  }
  return removed
}

/** Somebody was faster, or nothing was ever written. */
function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
