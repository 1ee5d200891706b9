import { Bytes } from '../../parts/bytes.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { formatCount } from '../../parts/format.ts'
import { EmptyState } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { ImageDetails, Variant } from './image-query.ts'
import { formatSaved, savedShare } from './saved.ts'

const columns = [
  { name: 'Variant' },
  { name: 'Format' },
  { name: 'Pixels', is: 'number' },
  { name: 'Size', is: 'number' },
  { name: 'Saved', is: 'number' },
  { name: 'Key', is: 'wide' },
  { name: 'Address' },
] as const

/** Everything that was made of it, beside what came in. */
export function Variants({ image }: { image: ImageDetails }) {
  const { variants } = image
  return (
    <section className="panel variants" aria-labelledby="variants">
      <h2 id="variants">
        Variants <span className="number">{formatCount(variants.length)}</span>
      </h2>
      {variants.length === 0 ? (
        <EmptyState title="Nothing is made yet" />
      ) : (
        <Table
          label="Variants"
          columns={columns}
          rows={[
            { key: 'original', cells: originalCells(image) },
            ...variants.map((variant) => ({ key: variant.key, cells: cellsOf(variant, image) })),
          ]}
        />
      )}
    </section>
  )
}

function originalCells({ format, width, height, byteSize }: ImageDetails) {
  return [
    <strong key="name">Original</strong>,
    format.toUpperCase(),
    pixels({ width, height }),
    <Bytes key="size" count={byteSize} />,
    '',
    '',
    <small key="address">never public</small>,
  ]
}

function cellsOf(variant: Variant, original: ImageDetails) {
  const { recipe, name, format, byteSize, key, url } = variant
  const share = savedShare(variant, original)
  return [
    <span key="name" className="variant-name">
      {name} <small>{recipe}</small>
    </span>,
    format.toUpperCase(),
    pixels(variant),
    <Bytes key="size" count={byteSize} />,
    <span key="saved" className="saved" data-tone={share < 0 ? 'decision' : 'storage'}>
      <span className="saved-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(0, share) * 100}%` }} />
      </span>
      {formatSaved(share)}
    </span>,
    <code key="key" className="variant-key" title={key}>
      {key}
    </code>,
    <span key="address" className="variant-links">
      <a href={url} target="_blank" rel="noreferrer" aria-label={`Open ${name} ${format}`}>
        Open
      </a>
      <CopyButton text={url}>Copy URL</CopyButton>
    </span>,
  ]
}

const pixels = ({ width, height }: { width: number; height: number }) =>
  `${formatCount(width)} × ${formatCount(height)}`
