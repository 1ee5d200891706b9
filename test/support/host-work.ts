import path from 'node:path'

export const hostLimits = { megapixelsInFlight: 1_000, idleHostBytes: 1e12, unitMs: 60_000 }

/** A large photograph, opened for units of up to 1280x720. */
export const request = {
  path: path.resolve('examples/photos/dandelion-meadow-16mp.jpg'),
  source: { width: 5312, height: 2988 },
  frames: 1,
  working: { width: 1280, height: 720 },
  maxPixels: 1e8,
  alone: false,
  lane: 0,
}

export const unit = { crop: null, width: 320, height: 180, output: { format: 'webp', quality: 72, effort: 4 } } as const
