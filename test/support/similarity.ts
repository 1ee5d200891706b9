import { hitchhikersSSIM } from '@blazediff/ssim/hitchhikers-ssim'
import type { Pixels } from './golden.ts'

/**
 * SSIM (Wang et al. 2004) of what is seen over white: brightness only, windows of 8x8 px, each alike in the mean.
 * 1 is the same picture.
 */
export function similarity(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error('The pictures differ in size.')
  const windows = { windowSize: 8, windowStride: 4, covPooling: false }
  return hitchhikersSSIM(overWhite(a), overWhite(b), undefined, a.width, a.height, windows)
}

function overWhite({ width, height, channels, data }: Pixels): Uint8Array {
  const rgba = new Uint8Array(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * channels
    const alpha = channels === 4 ? (data[from + 3] ?? 0) / 255 : 1
    for (let channel = 0; channel < 3; channel += 1) {
      rgba[pixel * 4 + channel] = Math.round(255 - (255 - (data[from + channel] ?? 0)) * alpha)
    }
  }
  return rgba
}
