/** Hundredths of the width and the height, whole ones. */
export interface Point {
  x: number
  y: number
}

interface Size {
  width: number
  height: number
}

/** What keys and pointers do never leaves the picture. */
export const within = ({ x, y }: Point): Point => ({ x: toPercent(x), y: toPercent(y) })

const toPercent = (value: number) => Math.round(Math.min(100, Math.max(0, value)))

/** Where `object-fit: cover` has to lie to cut an image into a box as the service does. */
export function objectPosition(image: Size, box: Size, { x, y }: Point): string {
  const ratio = box.width / box.height
  const width = Math.min(image.width, image.height * ratio)
  const height = Math.min(image.height, image.width / ratio)
  return `${share(image.width, width, x)}% ${share(image.height, height, y)}%`
}

/** Of what is over, how much lies before the part that is shown, in percent. */
function share(side: number, length: number, at: number): number {
  const over = side - length
  if (over < 1) return 50
  return (100 * Math.min(over, Math.max(0, (at / 100) * side - length / 2))) / over
}
