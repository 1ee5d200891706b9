import { Fragment } from 'react'
import { Link } from 'wouter'
import { Bytes } from '../../parts/bytes.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Facts } from '../../parts/facts.tsx'
import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { State } from '../../parts/state.tsx'
import type { ImageDetails } from './image-query.ts'

/** Of the original, which is never public, and of how it came in. */
export function ImageFacts({ image }: { image: ImageDetails }) {
  const { filename, format, width, height, frames, hasAlpha, byteSize, sha256, sourceUrl, venueTags } = image
  const megapixels = ((width * height) / 1e6).toFixed(1)
  return (
    <section className="panel" aria-labelledby="original">
      <h2 id="original">Original</h2>
      <Facts
        facts={[
          { name: 'File', value: filename },
          { name: 'Artists', value: <Artists artists={image.artists} /> },
          venueTags.length > 0 ? { name: 'Venues', value: <Venues tags={venueTags} /> } : null,
          { name: 'Format', value: `${format.toUpperCase()}${hasAlpha ? ', transparent' : ''}` },
          { name: 'Dimensions', value: `${formatCount(width)} × ${formatCount(height)} px, ${megapixels} MP` },
          frames > 1 ? { name: 'Frames', value: formatCount(frames) } : null,
          { name: 'Size', value: <Bytes count={byteSize} /> },
          { name: 'Focal point', value: tellPoint(image.focalPoint) },
          sourceUrl ? { name: 'Fetched from', value: <Source url={sourceUrl} /> } : null,
          { name: 'Came in', value: <RelativeTime at={image.createdAt} /> },
          { name: 'Usable', value: <Since at={image.usableAt} from={image.createdAt} /> },
          { name: 'Ready', value: <Since at={image.readyAt} from={image.createdAt} /> },
          { name: 'Within 30 s', value: <Deadline met={image.deadlineMet} /> },
          image.deletedAt ? { name: 'Deleted', value: <RelativeTime at={image.deletedAt} /> } : null,
        ]}
      />
      <div className="hash">
        <span>SHA-256</span>
        <code>{sha256}</code>
        <CopyButton text={sha256}>Copy SHA-256</CopyButton>
      </div>
    </section>
  )
}

function tellPoint(point: ImageDetails['focalPoint']): string {
  return point ? `${Math.round(point.x * 100)} % across, ${Math.round(point.y * 100)} % down` : 'the middle'
}

function Artists({ artists }: { artists: ImageDetails['artists'] }) {
  if (artists.length === 0) return 'none'
  return artists.map(({ slug, name }, index) => (
    <Fragment key={slug}>
      {index > 0 && ', '}
      <Link href={`/artists/${encodeURIComponent(slug)}`}>{name}</Link>
    </Fragment>
  ))
}

function Venues({ tags }: { tags: readonly string[] }) {
  return tags.map((tag, index) => (
    <Fragment key={tag}>
      {index > 0 && ', '}
      <Link href={`/images?venue=${encodeURIComponent(tag)}`}>{tag}</Link>
    </Fragment>
  ))
}

function Source({ url }: { url: string }) {
  return (
    <a href={url} rel="noreferrer" target="_blank" title={url}>
      {new URL(url).hostname}
    </a>
  )
}

/** When, and how long after it had come in. */
function Since({ at, from }: { at: string | null; from: string }) {
  if (!at) return 'not yet'
  const seconds = (Date.parse(at) - Date.parse(from)) / 1000
  return (
    <>
      after {seconds.toFixed(1)} s{' '}
      <small>
        (<RelativeTime at={at} />)
      </small>
    </>
  )
}

function Deadline({ met }: { met: boolean | null }) {
  if (met === null) return <State tone="quiet">Not over yet</State>
  return met ? <State tone="storage">Met</State> : <State tone="decision">Missed</State>
}
