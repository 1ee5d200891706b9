import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { isStorageKey, type ListedObject } from './object-store.ts'

/** The objects of ours on one page of a list; `root` is what their names begin with in the bucket. */
export function* objectsOf(page: ListObjectsV2CommandOutput, root: string): Generator<ListedObject> {
  const decode = page.EncodingType === 'url' ? decodeName : (name: string) => name
  for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
    const key = decode(Key).slice(root.length)
    if (isStorageKey(key)) yield { key, byteSize: Size, modifiedAt: LastModified }
  }
}

/** What cannot be decoded is no name of ours, and comes back as it is. */
function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
