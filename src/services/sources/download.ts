import { type FileHandle, mkdir, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { ImageTooLargeError, StorageUnavailableError } from '../../errors.ts'
import type { LocalFile } from '../storage/object-store.ts'
import type { TempFolder } from '../storage/temp-files.ts'

interface Options {
  temp: TempFolder
  maxBytes: number
}

/**
 * Writes a body to a file that goes when disposed, as it comes: the memory for it does not grow with its length. Of a
 * body that is too long (ImageTooLargeError) or breaks off, nothing is left.
 */
export async function download(
  body: Readable,
  { temp, maxBytes }: Options,
): Promise<{ file: LocalFile; byteSize: number }> {
  const file = temp.reserve()
  try {
    await fromDisk(mkdir(temp.dir, { recursive: true }))
    return await receive(await fromDisk(open(file.path, 'wx')))
  } catch (error) {
    await file[Symbol.asyncDispose]()
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
      return { file, byteSize }
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
