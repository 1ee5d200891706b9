import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/**
 * Lays a gzipped file beside each script and stylesheet, which the service sends to whoever takes it, and fails the build
 * when all scripts together are larger than this, gzipped, bytes.
 */
export function bundleLimit(maxBytes: number): Plugin {
  return {
    name: 'bundle-limit',
    // after Vite has put what a page preloads into its script
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = Object.values(bundle).filter(({ fileName }) => /\.(js|css)$/.test(fileName))
        const packed = files.map((file) => ({
          isScript: file.type === 'chunk',
          fileName: `${file.fileName}.gz`,
          source: gzipSync(file.type === 'chunk' ? file.code : file.source),
        }))
        for (const { fileName, source } of packed) this.emitFile({ type: 'asset', fileName, source })
        const bytes = packed.filter(({ isScript }) => isScript).reduce((sum, { source }) => sum + source.byteLength, 0)
        const told = `${inKilobytes(bytes)} of JavaScript gzipped, of ${inKilobytes(maxBytes)} that there may be`
        if (bytes > maxBytes) this.error(told)
        this.info(told)
      },
    },
  }
}

const inKilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`
