import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { ImageTooLargeError, StorageUnavailableError } from '../../errors.ts'
import type { LocalFile } from '../storage/object-store.ts'

interface Options {
  /** made when it is not there */
  tempDir: string
  maxBytes: number
  /** the names of the files that are there, for who sweeps the folder */
  inUse: Set<string>
}

/**
 * Writes a body to a file that goes when disposed, as it comes: the memory for it does not grow with its length. Of a
 * body that is too long (ImageTooLargeError) or breaks off, nothing is left.
 */
export async function download(
  body: Readable,
  { tempDir, maxBytes, inUse }: Options,
): Promise<{ file: LocalFile; byteSize: number }> {
  const name = randomUUID()
  const file = path.join(tempDir, name)
  const remove = async () => {
    await rm(file, { force: true })
    inUse.delete(name)
  }
  inUse.add(name)
  try {
    await fromDisk(mkdir(tempDir, { recursive: true }))
    return await receive(await fromDisk(open(file, 'wx')))
  } catch (error) {
    await remove().catch(() => {})
    throw error
  }

  async function receive(handle: FileHandle) {
    try {
      let byteSize = 0
      for await (const chunk of body) {
        byteSize += chunk.byteLength
        if (byteSize > maxBytes) throw new ImageTooLargeError(maxBytes)
        await fromDisk(handle.writeFile(chunk))
      }
      await fromDisk(handle.close())
      return { file: { path: file, [Symbol.asyncDispose]: remove }, byteSize }
    } catch (error) {
      // what went wrong first is what counts
      await handle.close().catch(() => {})
      throw error
    }
  }
}

/** Or trouble with our disk would count as the source's. */
async function fromDisk<T>(done: Promise<T>): Promise<T> {
  try {
    return await done
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new StorageUnavailableError(`The disk cannot take a download: ${code}.`, { cause })
  }
}
