import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

interface Rules {
  /** files not written to for this long are nobody's, ms */
  maxAgeMs: number
  /** of all files; the oldest go first */
  maxBytes: number
  /** names of files in use, which stay */
  inUse: ReadonlySet<string>
}

/** Removes what killed processes left half-written; returns how many files. A folder that is not there is empty. */
export async function sweepTempFiles(dir: string, { maxAgeMs, maxBytes, inUse }: Rules): Promise<number> {
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
    if (Date.now() - file.writtenMs < maxAgeMs && bytes <= maxBytes) continue
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
