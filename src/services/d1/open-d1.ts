import type { CloudflareAccess, CloudflareLimits } from './cloudflare-d1.ts'
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
export async function openD1({ file, cloudflare, limits }: Options): Promise<D1> {
  if (!cloudflare) return createPrismaD1(createEmbeddedBackend(file))
  // only where it is used, as the clients of other services are
  const { createCloudflareBackend } = await import('./cloudflare-d1.ts')
  return createPrismaD1(createCloudflareBackend(cloudflare, limits))
}
