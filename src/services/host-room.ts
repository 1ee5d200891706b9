import { Semaphore } from 'async-mutex'
import type { DecodeRequest } from '../workers/protocol.ts'
import { bytesPerPixel } from './machine.ts'
import { orAborted } from './or-aborted.ts'

export interface HostRoom {
  /**
   * Waits until this many pixels fit, in each lane first come first served, so that a large image is not overtaken for
   * ever. More than all of the room is all of it: such an image is in the host alone. Resolves to what gives them back.
   */
  enter(pixels: number, lane: number, signal: AbortSignal): Promise<() => void>
  /** images in the host */
  readonly occupants: number
  /** of all of them */
  readonly megapixels: number
  /** what they take at most */
  readonly bytes: number
}

/** Bounds the memory of the image host by the pixels that are in it at once, however many images they belong to. */
export function createHostRoom(megapixels: number): HostRoom {
  // in megapixels, for the semaphore counts its units one by one
  const room = new Semaphore(megapixels)
  let occupants = 0
  const taken = () => megapixels - room.getValue()
  return {
    get occupants() {
      return occupants
    },
    get megapixels() {
      return taken()
    },
    get bytes() {
      return taken() * 1e6 * bytesPerPixel
    },
    async enter(pixels, lane, signal) {
      const weight = Math.max(1, Math.min(megapixels, Math.ceil(pixels / 1e6)))
      const [, release] = await orAborted(room.acquire(weight, -lane), signal, ([, leave]) => leave())
      occupants += 1
      return () => {
        occupants -= 1
        release()
      }
    },
  }
}

/**
 * What an image takes while it is open: its source, which some decoders hold whole (progressive JPEG, WebP, whatever is
 * turned upright), and what is made of that twice, as the decoder gives it and as the threads share it.
 */
export const pixelsInHost = ({ source, working }: Pick<DecodeRequest, 'source' | 'working'>): number =>
  source.width * source.height + 2 * working.width * working.height
