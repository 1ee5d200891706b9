/** A photo of an artist that can be shown: it is not deleted, and its variants are stored. */
export interface Showable {
  imageId: string
  /** where it was placed; null for an upload without a venue */
  venueTag: string | null
  /** grows with time: a later placement is newer */
  placementId: string
  /** px, of the original */
  width: number
  height: number
  /** null when it was decoded before this was measured */
  sharpness: number | null
  /** 64 bits in hex */
  perceptualHash: string | null
}

export const choiceReasons = ['PINNED', 'NEWEST_FOR_VENUE', 'BEST'] as const
export type ChoiceReason = (typeof choiceReasons)[number]

export interface Choice {
  imageId: string
  reason: ChoiceReason
  /** a sentence for people */
  explanation: string
}

interface Wish {
  /** undefined: for no venue in particular; null: for uploads without one */
  venueTag: string | null | undefined
  pinnedImageId: string | null
}

/** The picture of an artist to show: the pinned one, else the newest for the venue, else the best there is. */
export function choosePicture(placements: readonly Showable[], { venueTag, pinnedImageId }: Wish): Choice | null {
  const pinned = placements.find(({ imageId }) => imageId === pinnedImageId)
  if (pinned) return { imageId: pinned.imageId, reason: 'PINNED', explanation: 'Somebody has pinned it.' }
  const [newest] = venueTag === undefined ? [] : newestFirst(placements.filter((each) => each.venueTag === venueTag))
  if (newest) {
    const whose = venueTag ? `for the venue ${venueTag}` : 'that was sent without a venue'
    return { imageId: newest.imageId, reason: 'NEWEST_FOR_VENUE', explanation: `It is the newest ${whose}.` }
  }
  return chooseBest(placements)
}

/** The best of different photos, where near-duplicates are one photo of which the largest copy counts. */
function chooseBest(placements: readonly Showable[]): Choice | null {
  const images = [...new Map(newestFirst(placements).map((each) => [each.imageId, each])).values()]
  const photos = groupAlike(images).map(largestOf)
  const [best] = photos.sort((a, b) => score(b) - score(a) || (a.placementId < b.placementId ? 1 : -1))
  if (!best) return null
  return { imageId: best.imageId, reason: 'BEST', explanation: explain(best, images.length, photos.length) }
}

function explain({ width, height, sharpness }: Showable, images: number, photos: number): string {
  const alike = images - photos
  const among = photos === 1 ? 'It is the only photo' : `It is the best of ${photos} photos`
  const copies = alike === 0 ? '' : ` (${alike} more ${alike === 1 ? 'is a copy' : 'are copies'})`
  return `${among}${copies}: ${width}x${height} px, sharpness ${sharpness ?? 'unknown'}.`
}

const newestFirst = (placements: readonly Showable[]) =>
  [...placements].sort((a, b) => (a.placementId < b.placementId ? 1 : -1))

/** The largest variant that is shown, px: more pixels than these are worth nothing more. */
const shownSide = 1_500
/** A sharpness at which half of what there is to gain is gained; photos of people have from 50 to 1,000. */
const usualSharpness = 150

function score({ width, height, sharpness }: Showable): number {
  const side = Math.min(Math.max(width, height), shownSide) / shownSide
  const sharp = sharpness ?? usualSharpness
  return side * (sharp / (sharp + usualSharpness))
}

/** Bits of the 64 in which two copies of one photo may differ: scaling and compressing changes few. */
const alikeBits = 6

/** Each group is a chain of alike pictures. */
function groupAlike(images: readonly Showable[]): Showable[][] {
  let groups: Showable[][] = []
  for (const image of images) {
    const isAlike = (group: Showable[]) => group.some((other) => differingBits(image, other) <= alikeBits)
    const alike = groups.filter(isAlike)
    groups = [...groups.filter((group) => !alike.includes(group)), [...alike.flat(), image]]
  }
  return groups
}

function differingBits({ perceptualHash: a }: Showable, { perceptualHash: b }: Showable): number {
  if (a === null || b === null) return 64
  let differing = BigInt(`0x${a}`) ^ BigInt(`0x${b}`)
  let bits = 0
  for (; differing > 0n; differing &= differing - 1n) bits += 1
  return bits
}

function largestOf(group: readonly Showable[]): Showable {
  return group.reduce((largest, each) => (each.width * each.height > largest.width * largest.height ? each : largest))
}
