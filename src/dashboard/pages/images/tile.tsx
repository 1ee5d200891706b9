import { StatusBadge } from '../../parts/status-badge.tsx'
import { Thumb } from '../../parts/thumb.tsx'
import type { TileImage } from './gallery-query.ts'

/** px; `height` is that of images.css */
export const tileLayout = { height: 244, tileWidth: 184 }

const sizes = '(max-width: 480px) 44vw, 230px'

export function Tile({ image }: { image: TileImage }) {
  const { filename, status, artists } = image
  const names = artists.map(({ name }) => name).join(', ')
  return (
    <div className="tile">
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
