import { type CSSProperties, useSyncExternalStore } from 'react'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { Thumb } from '../../parts/thumb.tsx'
import type { TileImage } from './gallery-query.ts'

interface Layout {
  /** px */
  height: number
  tileWidth: number
}

/** What stands below the picture, and around it, px. */
const caption = 58

const layouts = { narrow: { height: 130 + caption, tileWidth: 148 }, wide: { height: 176 + caption, tileWidth: 208 } }

const narrow = matchMedia('(max-width: 600px)')

const listen = (listener: () => void) => {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}

/** Two tiles beside each other on a telephone, larger ones where there is room. */
export const useTileLayout = (): Layout => useSyncExternalStore(listen, () => layouts[narrow.matches ? 'narrow' : 'wide'])

const sizes = '(max-width: 600px) 44vw, 240px'

export function Tile({ image, height }: { image: TileImage; height: number }) {
  const { filename, status, artists } = image
  const names = artists.map(({ name }) => name).join(', ')
  return (
    <div className="tile" style={{ '--picture': `${height - caption}px` } as CSSProperties}>
      <span className="tile-picture">
        <Thumb image={image} sizes={sizes} alt={`Preview of ${filename}`} />
        {status !== 'READY' && <StatusBadge status={status} />}
      </span>
      <span className="tile-name" title={filename}>
        {filename}
      </span>
      <small className="tile-artists" title={names}>
        {names}
      </small>
    </div>
  )
}
