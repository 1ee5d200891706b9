import { Thumb } from '../../parts/thumb.tsx'
import type { ImageDetails } from './image-query.ts'

/** The image as large as there is room for; the smallest file that is sharp there. */
export function Picture({ image }: { image: ImageDetails }) {
  const { artists, filename } = image
  const names = artists.map(({ name }) => name).join(', ')
  const largest = { ...image, srcset: image.wide, main: image.hd ?? image.large ?? image.main }
  return (
    <div className="image-picture">
      <Thumb image={largest} sizes="(max-width: 1100px) 94vw, 800px" alt={names ? `${names} (${filename})` : filename} />
    </div>
  )
}
