import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Fails the build when all of its scripts together are larger than this, gzipped, bytes. */
export function bundleLimit(maxBytes: number): Plugin {
  return {
    name: 'bundle-limit',
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file.code] : []))
      const bytes = scripts.reduce((sum, code) => sum + gzipSync(code).byteLength, 0)
      const told = `${inKilobytes(bytes)} of JavaScript gzipped, of ${inKilobytes(maxBytes)} that there may be`
      if (bytes > maxBytes) this.error(told)
      this.info(told)
    },
  }
}

const inKilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`
