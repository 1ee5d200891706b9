import sharp from 'sharp'

/**
 * What holds for libvips in a whole process, every thread of it: call it once, before any thread decodes. Doing it in
 * each thread would take the decoders away, for a moment, from a thread that is at work.
 */
export function applySharpSettings(): void {
  // only the decoders of what we accept: the others (SVG, TIFF, PDF ...) are attack surface
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] })
  // threads of the pool take units; threads inside a unit and a cache across images only cost memory
  sharp.concurrency(1)
  sharp.cache(false)
}
