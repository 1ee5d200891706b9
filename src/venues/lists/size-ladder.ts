/**
 * The widths that picture hosts really offer, px: the usual steps of image services and of srcset. A number at the end
 * of a file's name is a size only if it is one of these, so a room keeps its number.
 */
export const sizeLadder: ReadonlySet<number> = new Set([
  100, 150, 180, 200, 240, 250, 300, 320, 360, 400, 450, 480, 500, 600, 640, 700, 720, 750, 768, 800, 900, 960, 1000,
  1024, 1080, 1200, 1280, 1500, 1600, 1920, 2000, 2048, 2400, 2560, 3000,
])
