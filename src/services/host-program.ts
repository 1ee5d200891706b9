import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isSource, packageRoot } from '../package-root.ts'

/** The image host's file. */
export const hostFile = fileURLToPath(new URL(isSource ? 'src/workers/host.ts' : 'dist/workers/host.js', packageRoot))

/** What Node is told to run it. Node 20 runs no TypeScript by itself. */
export const hostLoader = isSource
  ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
  : []
