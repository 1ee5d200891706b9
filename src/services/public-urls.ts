/** Keys that begin so are public; nothing else is ever served. */
export const publicPrefixes = ['variants/', 'images/', 'artists/'] as const

/** Hashed keys are never rewritten, so whoever has a copy may keep it. */
export const hashedCacheControl = 'public, max-age=31536000, immutable'

/** What lies under an alias may change, so it is looked at again after an hour. */
export const aliasCacheControl = 'public, max-age=3600'

export interface PublicUrls {
  /** the address of a stored, public object */
  of(key: string): string
  /** of what lies under an alias now: other bytes have another address, whatever caches do */
  alias(key: string, sha256: string): string
}

/** `base` may come late: the default one holds the port, which is known when the server listens. */
export function createPublicUrls(base: () => string): PublicUrls {
  const of = (key: string) => `${base()}/${key}`
  return { of, alias: (key, sha256) => `${of(key)}?v=${sha256.slice(0, 8)}` }
}
