import { type CSSProperties, useState } from 'react'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { EmptyState } from '../../parts/states.tsx'
import type { ImageDetails, Variant } from './image-query.ts'
import { formatSaved, savedShare } from './saved.ts'

/** Shapes that differ by more than this show something else. */
const sameShape = 0.02

/** Two variants over each other, divided by a slider: the browser moves it by arrow keys. */
export function Compare({ image }: { image: ImageDetails }) {
  const variants = comparable(image)
  const [leftKey, setLeft] = useState('')
  const [rightKey, setRight] = useState('')
  const [share, setShare] = useState(50)
  const left = variants.find(({ key }) => key === leftKey) ?? largest(variants)
  const right =
    variants.find(({ key }) => key === rightKey) ??
    largest(variants.filter(({ format }) => format !== left?.format)) ??
    largest(variants.filter((each) => each !== left))
  return (
    <section className="panel compare" aria-labelledby="compare">
      <h2 id="compare">Compare</h2>
      {left && right ? (
        <>
          <div className="compare-choices">
            <Choice label="Left" variants={variants} chosen={left} onChoose={setLeft} />
            <Choice label="Right" variants={variants} chosen={right} onChoose={setRight} />
          </div>
          <div
            className="compare-stage"
            style={{ '--ratio': image.width / image.height, '--share': `${share}%` } as CSSProperties}
          >
            <img src={right.url} alt={`Right: ${nameOf(right)}`} loading="lazy" decoding="async" />
            <img src={left.url} alt={`Left: ${nameOf(left)}`} loading="lazy" decoding="async" />
            <span className="compare-line" aria-hidden="true" />
            <input
              type="range"
              min={0}
              max={100}
              value={share}
              aria-label="How much of the left one is seen"
              aria-valuetext={`${share}% ${nameOf(left)}, ${100 - share}% ${nameOf(right)}`}
              onChange={({ target }) => setShare(Number(target.value))}
            />
          </div>
          <p className="compare-sides number">
            <Side variant={left} original={image} />
            <Side variant={right} original={image} />
          </p>
        </>
      ) : (
        <EmptyState title="There are no two variants to compare yet" />
      )}
    </section>
  )
}

interface ChoiceProps {
  label: string
  variants: readonly Variant[]
  chosen: Variant
  onChoose: (key: string) => void
}

function Choice({ label, variants, chosen, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select className="field" value={chosen.key} onChange={({ target }) => onChoose(target.value)}>
        {variants.map((variant) => (
          <option key={variant.key} value={variant.key}>
            {nameOf(variant)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Side({ variant, original }: { variant: Variant; original: ImageDetails }) {
  const share = savedShare(variant, original)
  return (
    <span>
      <strong>{variant.format.toUpperCase()}</strong> {formatBytes(variant.byteSize)}
      <small> {share < 0 ? `${formatSaved(share)} larger` : `${formatSaved(share)} saved`}</small>
    </span>
  )
}

/** Those that show all of it: a thumbnail that is cut shows something else. */
function comparable({ variants, width, height }: ImageDetails): Variant[] {
  const ratio = width / height
  return variants
    .filter((variant) => Math.abs(variant.width / variant.height / ratio - 1) <= sameShape)
    .sort((a, b) => b.width - a.width || a.format.localeCompare(b.format))
}

const largest = (variants: readonly Variant[]): Variant | undefined => variants[0]

const nameOf = ({ format, width, height, recipe }: Variant) =>
  `${format.toUpperCase()} ${formatCount(width)} × ${formatCount(height)} (${recipe})`
