import { spanMs } from './samples.ts'

interface Props {
  name: string
  /** in order; `at` in ms */
  points: readonly { at: number; y: number }[]
  format: (value: number) => string
}

const width = 300
const height = 48

/** A line from the left, five minutes ago, to the right, now; from 0 to the most there was. */
export function Plot({ name, points, format }: Props) {
  const end = points.at(-1)
  const most = Math.max(0, ...points.map(({ y }) => y))
  const told = end ? `now ${format(end.y)}, at most ${format(most)}` : 'nothing yet'
  const placed = points.map(({ at, y }) => {
    const x = width - ((end?.at ?? at) - at) * (width / spanMs)
    return `${x.toFixed(1)},${(height - 2 - (most === 0 ? 0 : y / most) * (height - 4)).toFixed(1)}`
  })
  const [first = '0,0'] = placed
  const line = `M${placed.join('L')}`
  return (
    <>
      <svg
        className="plot"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name} in the last minutes: ${told}`}
      >
        {placed.length > 1 && (
          <>
            <path className="plot-area" d={`${line}V${height}H${first.split(',')[0]}Z`} />
            <path className="plot-line" d={line} vectorEffect="non-scaling-stroke" />
          </>
        )}
      </svg>
      <small className="plot-ends">
        <span>5 min</span>
        <span className="number">most {format(most)}</span>
      </small>
    </>
  )
}
