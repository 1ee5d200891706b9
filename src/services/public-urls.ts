/** Keys that begin so are public; nothing else is ever served. */
export const publicPrefixes = ['variants/', 'images/', 'artists/'] as const

/** Hashed keys are never rewritten, so whoever has a copy may keep it. */
export const hashedCacheControl = 'public, max-age=31536000, immutable'

export interface PublicUrls {
  /** the address of a stored, public object */
  of(key: string): string
}

/** `base` may come late: the default one holds the port, which is known when the server listens. */
export function createPublicUrls(base: () => string): PublicUrls {
  return { of: (key) => `${base()}/${key}` }
}
