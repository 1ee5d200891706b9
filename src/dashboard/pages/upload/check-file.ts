import { formatBytes } from '../../parts/format.ts'
import type { Policy } from './upload-queries.ts'

/** Why the service would refuse a file before it is sent, or null. */
export function refusalOf({ size, type }: Pick<File, 'size' | 'type'>, policy: Policy): string | null {
  const { mimeTypes, maxBytes } = policy
  if (!mimeTypes.includes(type)) return `Unsupported type: ${type || 'unknown'}; ${listTypes(mimeTypes)} only`
  if (size === 0) return 'An empty file'
  if (size > maxBytes) return `Too large: at most ${formatBytes(maxBytes)}`
  return null
}

const known: Record<string, string> = { 'image/webp': 'WebP' }

/** JPEG, PNG and WebP */
export function listTypes(mimeTypes: readonly string[]): string {
  const names = mimeTypes.map((type) => known[type] ?? type.replace('image/', '').toUpperCase())
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** In hex; null where the browser has none, as on a page that came by http from another machine. */
export async function hashOf(file: File): Promise<string | null> {
  // typed as always there
  const subtle = crypto.subtle as SubtleCrypto | undefined
  if (!subtle) return null
  const digest = await subtle.digest('SHA-256', await file.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A name for an upload; `randomUUID` is not there on a page that came by http from another machine. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
