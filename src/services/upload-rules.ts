import { randomBytes } from 'node:crypto'
import { ImageTooLargeError, InvalidInputError, UnsupportedImageTypeError } from '../errors.ts'
import { acceptedMimeTypes, type Limits } from './image-header.ts'
import { cleanFilename } from './picture-details.ts'

/** Uploads announced or completed in one request. */
export const maxUploads = 100

const maxClientKey = 200

/** A file that somebody is going to send. */
export interface AnnouncedFile {
  filename: string
  byteSize: number
  mimeType: string
  /** hex, where it is known before */
  sha256: string | null
  /** the client's own name for it: the same one twice is one upload */
  clientKey: string | null
}

/**
 * Refuses what could never come in before a byte of it is sent; the sentence says which file it is. Throws
 * InvalidInputError, UnsupportedImageTypeError and ImageTooLargeError.
 */
export function checkAnnounced(files: readonly AnnouncedFile[], limits: Limits): AnnouncedFile[] {
  if (files.length === 0 || files.length > maxUploads) {
    throw new InvalidInputError('files', `Announce 1 to ${maxUploads} files at a time.`)
  }
  const keys = files.map(({ clientKey }) => clientKey)
  return files.map((file, index) => {
    const field = `files.${index}`
    if (file.clientKey !== null && keys.indexOf(file.clientKey) < index) {
      throw new InvalidInputError(
        `${field}.clientKey`,
        `"${file.clientKey}" is the key of another file of this request.`,
      )
    }
    return checkFile({ ...file, filename: cleanFilename(file.filename) }, field, limits)
  })
}

function checkFile(file: AnnouncedFile, field: string, { maxBytes }: Limits): AnnouncedFile {
  const { filename, byteSize, mimeType, sha256, clientKey } = file
  if (!acceptedMimeTypes.includes(mimeType)) throw new UnsupportedImageTypeError(mimeType).about(filename)
  if (byteSize > maxBytes) throw new ImageTooLargeError(maxBytes).about(filename)
  if (byteSize < 1) throw new InvalidInputError(`${field}.byteSize`, `${filename}: An empty file is no image.`)
  if (sha256 !== null && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new InvalidInputError(`${field}.sha256`, `${filename}: A SHA-256 is 64 hexadecimal digits.`)
  }
  if (clientKey !== null && (clientKey === '' || clientKey.length > maxClientKey || clientKey.includes('\0'))) {
    throw new InvalidInputError(
      `${field}.clientKey`,
      `A client key has 1 to ${maxClientKey} characters, none of them NUL.`,
    )
  }
  return { ...file, sha256: sha256?.toLowerCase() ?? null }
}

/** The folder of files that are not checked yet, in the storage of originals. */
export const tempFolder = 'uploads/'

/** A name nobody can guess. */
export const newTempKey = () => `${tempFolder}${randomBytes(16).toString('hex')}.bin`

export const isTempKey = (key: string) => /^uploads\/[0-9a-f]{32}\.bin$/.test(key)
