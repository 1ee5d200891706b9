export interface StoredObject {
  byteSize: number
  /** hex; null when nobody can tell without reading it: another program has put it there */
  sha256: string | null
}

export interface ListedObject {
  key: string
  byteSize: number
  modifiedAt: Date
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

/**
 * Where objects lie. Keys are ours (hashes and slugs). Foreign errors come out as StorageUnavailableError, which may
 * pass, or StorageNotConfiguredError, which will not; an aborted signal as its reason.
 */
export interface ObjectStore {
  /** whole or not at all, and durable once it returns; 'exists' only with `ifAbsent` */
  put(key: string, bytes: Uint8Array, options: PutOptions): Promise<'stored' | 'exists'>
  /** what the object is now, or null */
  head(key: string, signal?: AbortSignal): Promise<StoredObject | null>
  /** the object as a file; null when there is none */
  checkout(key: string, signal?: AbortSignal): Promise<LocalFile | null>
  /** deleting what is not there is a success */
  delete(key: string): Promise<void>
  /** what lies below a folder, which ends in a slash, in no particular order; what comes or goes meanwhile may be missed */
  list(folder: string, signal?: AbortSignal): AsyncIterable<ListedObject>
}

const keyPattern = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z0-9]+$/

/** Whether a store takes this as a key. What a store lists may be no key of ours. */
export const isStorageKey = (key: string) => keyPattern.test(key)

/** A fault of ours, never of the storage: keys are not made of what people send. */
export function checkStorageKey(key: string): string {
  if (!isStorageKey(key)) throw new Error(`${key} is no storage key.`)
  return key
}
