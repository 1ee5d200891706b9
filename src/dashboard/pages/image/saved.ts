interface Sized {
  byteSize: number
}

/** How much smaller it is than the original, 0 to 1; below 0 when it is larger. */
export const savedShare = (variant: Sized, original: Sized) => 1 - variant.byteSize / original.byteSize

/** 84.7%, or +12.0% when it is larger. */
export function formatSaved(share: number): string {
  const percent = (Math.abs(share) * 100).toFixed(1)
  return share < 0 ? `+${percent}%` : `${percent}%`
}
