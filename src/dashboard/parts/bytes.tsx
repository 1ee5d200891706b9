import { formatBytes, formatCount } from './format.ts'

/** A size to read, with the exact one on hover. */
export function Bytes({ count }: { count: number }) {
  return (
    <data className="number" value={count} title={`${formatCount(count)} bytes`}>
      {formatBytes(count)}
    </data>
  )
}
