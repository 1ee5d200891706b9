import { type CloudflareAccess, type CloudflareLimits, createCloudflareBackend } from './cloudflare-d1.ts'
import type { D1 } from './d1.ts'
import { createEmbeddedBackend } from './embedded-d1.ts'
import { createPrismaD1 } from './prisma-d1.ts'

interface Options {
  /** where the rows lie when there is no Cloudflare */
  file: string
  cloudflare: CloudflareAccess | null
  limits?: Partial<CloudflareLimits>
}

/** Opens where the nights are published. Nothing is asked or written before the first call. */
export function openD1({ file, cloudflare, limits }: Options): D1 {
  return createPrismaD1(cloudflare ? createCloudflareBackend(cloudflare, limits) : createEmbeddedBackend(file))
}
