import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, opendir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StorageUnavailableError } from '../../errors.ts'
import { checkStorageKey, isStorageKey, type ListedObject, type ObjectStore, type PutOptions } from './object-store.ts'
import { createTempFolder, type TempFolder } from './temp-files.ts'

export interface DiskStore extends ObjectStore {
  /** the folder that `root/key` paths begin with */
  root: string
  /**
   * Stores what a sender sends, a piece at a time, under a new key: whole or not at all, and durable once it returns.
   * When `body` throws, its error comes out as it is and nothing is kept.
   */
  receive(key: string, body: AsyncIterable<Uint8Array>): Promise<void>
  /** How much there is of a file that `append` writes, bytes, all of it on the disk. */
  received(key: string): Promise<number>
  /**
   * Puts what a sender sends behind what there is of a file. What has come stays and is on the disk, also when `body`
   * throws, whose error comes out as it is. Nobody else may write to it meanwhile.
   */
  append(key: string, body: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Removes what killed processes left half-written: files older than that, and the oldest of more than `maxBytes`.
   * Returns how many.
   */
  sweepTemp: TempFolder['sweep']
}

/** Objects as files below a folder. A file appears under its name only when it is whole and on the disk. */
export function createDiskStore(root: string): DiskStore {
  const temp = createTempFolder(path.join(root, '.tmp'))

  function fileOf(key: string): string {
    return path.join(root, checkStorageKey(key))
  }

  async function store(key: string, content: Content, options: StoreOptions) {
    const target = fileOf(key)
    try {
      return await write(target, content, options)
    } catch (cause) {
      if (cause instanceof SenderError) throw cause.cause
      throw options.signal?.aborted ? options.signal.reason : unavailable('write', cause)
    }
  }

  async function write(target: string, content: Content, { ifAbsent, signal }: StoreOptions) {
    await mkdir(temp.dir, { recursive: true })
    await using file = temp.reserve()
    await writeDurably(file.path, content)
    await makeFolder(path.dirname(target), root)
    signal?.throwIfAborted()
    // link() refuses an existing name in one step, where a check and a rename would race
    const stored = ifAbsent ? await tryLink(file.path, target) : await rename(file.path, target).then(() => true)
    if (stored) await syncFolder(path.dirname(target))
    return stored ? 'stored' : 'exists'
  }

  return {
    root,
    put: store,
    async receive(key, body) {
      const stored = await store(key, fromSender(body), { ifAbsent: true })
      if (stored === 'exists') throw new Error(`There is an object ${key} already.`)
    },
    async received(key) {
      const file = fileOf(key)
      try {
        return await sizeOnDisk(file)
      } catch (cause) {
        if (isMissing(cause)) return 0
        throw unavailable('read', cause)
      }
    },
    async append(key, body) {
      const file = fileOf(key)
      try {
        await makeFolder(path.dirname(file), root)
        await appendDurably(file, fromSender(body))
      } catch (cause) {
        throw cause instanceof SenderError ? cause.cause : unavailable('write', cause)
      }
    },
    async head(key, signal) {
      const file = fileOf(key)
      const hash = createHash('sha256')
      try {
        const { size } = await stat(file)
        await pipeline(createReadStream(file), hash, { signal })
        return { byteSize: size, sha256: hash.digest('hex') }
      } catch (cause) {
        if (isMissing(cause)) return null
        signal?.throwIfAborted()
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
    async *list(folder, signal) {
      try {
        yield* objectsBelow(root, folder, signal)
      } catch (cause) {
        if (!isMissing(cause)) throw signal?.aborted ? signal.reason : unavailable('list', cause)
      }
    },
    sweepTemp: temp.sweep,
  }
}

type Content = Uint8Array | AsyncIterable<Uint8Array>
type StoreOptions = Pick<PutOptions, 'ifAbsent' | 'signal'>

async function writeDurably(file: string, content: Content): Promise<void> {
  await using handle = await open(file, 'wx')
  await writeFile(handle, content)
  await handle.sync()
}

async function appendDurably(file: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  await using handle = await open(file, 'a')
  await syncFolder(path.dirname(file))
  try {
    await writeFile(handle, body)
  } finally {
    await handle.sync()
  }
}

/** A process that was killed may have written what is not on the disk yet. */
async function sizeOnDisk(file: string): Promise<number> {
  await using handle = await open(file, 'r')
  await handle.sync()
  return (await handle.stat()).size
}

/** What went wrong where the bytes come from, so that it is not taken for trouble of the disk. */
class SenderError extends Error {
  override readonly name = 'SenderError'
}

async function* fromSender(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw new SenderError('The sender failed.', { cause })
  }
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
function unavailable(verb: 'read' | 'write' | 'delete' | 'list', cause: unknown): StorageUnavailableError {
  const { code = 'no code' } = cause as NodeJS.ErrnoException
  const reason = code === 'ENOSPC' ? 'the disk is full' : code
  return new StorageUnavailableError(
    `The storage cannot ${verb} ${verb === 'list' ? 'objects' : 'an object'}: ${reason}.`,
    { cause, outage: outages.has(code) },
  )
}

/** What the whole disk suffers from: full, read-only, gone, no handles left. */
const outages = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'ENODEV', 'ESTALE'])

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

const isMissing = (error: unknown) => hasCode(error, 'ENOENT')

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}

async function* objectsBelow(root: string, folder: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
  for await (const entry of await opendir(path.join(root, folder), { recursive: true })) {
    signal?.throwIfAborted()
    const file = path.join(entry.parentPath, entry.name)
    const key = path.relative(root, file)
    const facts = entry.isFile() && isStorageKey(key) ? await stat(file).catch(nullIfMissing) : null
    if (facts) yield { key, byteSize: facts.size, modifiedAt: facts.mtime }
  }
}
