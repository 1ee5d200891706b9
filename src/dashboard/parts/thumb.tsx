import { type CSSProperties, useState } from 'react'
import { graphql, type ResultOf } from '../api/graphql.ts'

export const thumb = graphql(`
  fragment Thumb on Image {
    id
    filename
    width
    height
    placeholder
    dominantColor
    srcset(format: "webp", maxWidth: 1080)
    thumbnail: variant(name: "thumbnail") { url }
    main: variant(name: "main") { url }
  }
`)

interface Props {
  image: ResultOf<typeof thumb>
  /** how wide it is shown, as in the attribute `sizes` */
  sizes: string
  /** empty where the name stands beside it */
  alt: string
}

/** A picture in its own proportions: until it is there, the blur of it stands in the same place. */
export function Thumb({ image, sizes, alt }: Props) {
  const { srcset, thumbnail, main, width, height, placeholder, dominantColor } = image
  const [isLoaded, setLoaded] = useState(false)
  const src = srcset.split(' ')[0] || (main ?? thumbnail)?.url
  return (
    <span
      className="thumb"
      data-loaded={isLoaded || undefined}
      style={
        {
          '--ratio': width / height,
          aspectRatio: `${width} / ${height}`,
          // what is transparent is not to show the blur
          ...(!isLoaded && { backgroundColor: dominantColor ?? undefined }),
          ...(!isLoaded && placeholder && { backgroundImage: `url("${placeholder}")` }),
        } as CSSProperties
      }
    >
      {src && (
        <img
          src={src}
          srcSet={srcset || undefined}
          sizes={sizes}
          width={width}
          height={height}
          alt={alt}
          loading="lazy"
          decoding="async"
          onLoad={() => setLoaded(true)}
        />
      )}
    </span>
  )
}
