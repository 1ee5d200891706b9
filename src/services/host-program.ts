import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** The image host's file. */
export const hostFile = fileURLToPath(new URL(`../workers/host.${extension}`, import.meta.url))

/** What Node is told to run it. Node 20 runs no TypeScript by itself. */
export const hostLoader =
  extension === 'ts' ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []
