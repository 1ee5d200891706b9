import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StorageUnavailableError } from '../../errors.ts'
import { sweepTempFiles } from './temp-files.ts'

export interface StoredObject {
  byteSize: number
  /** hex */
  sha256: string
}

export interface PutOptions {
  contentType: string
  cacheControl: string
  /** hex, of the bytes */
  sha256: string
  /** leave what is there alone */
  ifAbsent: boolean
  /** once aborted, nothing appears under the key any more; throws its reason */
  signal?: AbortSignal
}

/** A file to read from, there until disposed. */
export interface LocalFile extends AsyncDisposable {
  path: string
}

/** Where objects lie. Keys are ours (hashes and slugs); foreign errors come out as StorageUnavailableError. */
export interface ObjectStore {
  /** whole or not at all, and durable once it returns; 'exists' only with `ifAbsent` */
  put(key: string, bytes: Uint8Array, options: PutOptions): Promise<'stored' | 'exists'>
  /** what the object is now, or null */
  head(key: string): Promise<StoredObject | null>
  /** the object as a file; null when there is none */
  checkout(key: string): Promise<LocalFile | null>
  /** deleting what is not there is a success */
  delete(key: string): Promise<void>
}

export interface DiskStore extends ObjectStore {
  /** the folder that `root/key` paths begin with */
  root: string
  /**
   * Removes what killed processes left half-written: files older than that, and the oldest of more than `maxBytes`.
   * Returns how many.
   */
  sweepTemp(limits: { maxAgeMs: number; maxBytes: number }): Promise<number>
}

const keyPattern = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z0-9]+$/

/** Objects as files below a folder. A file appears under its name only when it is whole and on the disk. */
export function createDiskStore(root: string): DiskStore {
  const tempDir = path.join(root, '.tmp')
  const inUse = new Set<string>()

  function fileOf(key: string): string {
    if (!keyPattern.test(key)) throw new Error(`${key} is no storage key.`)
    return path.join(root, key)
  }

  return {
    root,
    async put(key, bytes, { ifAbsent, signal }) {
      const target = fileOf(key)
      const name = randomUUID()
      const temp = path.join(tempDir, name)
      inUse.add(name)
      try {
        await mkdir(tempDir, { recursive: true })
        await writeDurably(temp, bytes)
        await makeFolder(path.dirname(target), root)
        signal?.throwIfAborted()
        // link() refuses an existing name in one step, where a check and a rename would race
        const stored = ifAbsent ? await tryLink(temp, target) : await rename(temp, target).then(() => true)
        if (stored) await syncFolder(path.dirname(target))
        return stored ? 'stored' : 'exists'
      } catch (cause) {
        throw signal?.aborted ? signal.reason : unavailable('write', cause)
      } finally {
        // a name that is left is swept at the next start; what went wrong before is what counts
        await rm(temp, { force: true }).catch(() => {})
        inUse.delete(name)
      }
    },
    async head(key) {
      const file = fileOf(key)
      const hash = createHash('sha256')
      try {
        const { size } = await stat(file)
        await pipeline(createReadStream(file), hash)
        return { byteSize: size, sha256: hash.digest('hex') }
      } catch (cause) {
        if (isMissing(cause)) return null
        throw unavailable('read', cause)
      }
    },
    async checkout(key) {
      const file = fileOf(key)
      try {
        await stat(file)
        return { path: file, async [Symbol.asyncDispose]() {} }
      } catch (cause) {
        if (isMissing(cause)) return null
        throw unavailable('read', cause)
      }
    },
    async delete(key) {
      const file = fileOf(key)
      try {
        await rm(file, { force: true })
      } catch (cause) {
        throw unavailable('delete', cause)
      }
    },
    sweepTemp: (limits) => sweepTempFiles(tempDir, { ...limits, inUse }),
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx')
  await handle.writeFile(bytes)
  await handle.sync()
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Makes a folder and puts its name, and those of the folders made on the way, on the disk. */
async function makeFolder(dir: string, root: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true })
  if (first === undefined) return
  const top = path.dirname(path.relative(root, first).startsWith('..') ? root : first)
  for (let at = dir; at !== top; at = path.dirname(at)) await syncFolder(path.dirname(at))
}

/** A file's name is only durable when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  await using handle = await open(dir, 'r')
  await handle.sync()
}

/** The sentence may reach a client, so it names neither key nor path; the cause does. */
function unavailable(verb: 'read' | 'write' | 'delete', cause: unknown): StorageUnavailableError {
  const { code = 'no code' } = cause as NodeJS.ErrnoException
  const reason = code === 'ENOSPC' ? 'the disk is full' : code
  return new StorageUnavailableError(`The storage cannot ${verb} an object: ${reason}.`, { cause })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

const isMissing = (error: unknown) => hasCode(error, 'ENOENT')
