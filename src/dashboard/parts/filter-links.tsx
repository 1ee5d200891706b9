import { Link, useLocation } from 'wouter'
import { formatCount } from './format.ts'
import type { Filters } from './use-filters.ts'

interface Props<Name extends string> {
  label: string
  name: Name
  filters: Filters<Name>
  options: readonly { value: string; text: string; count?: number | undefined }[]
}

/** One choice of a filter a link, so that each has an address. */
export function FilterLinks<Name extends string>({ label, name, filters, options }: Props<Name>) {
  const [path] = useLocation()
  return (
    <nav className="filter-links" aria-label={label}>
      {options.map(({ value, text, count }) => (
        <Link
          key={value}
          href={`${path}${filters.hrefWith(name, value)}`}
          aria-current={filters.values[name] === value ? 'true' : undefined}
        >
          {text}
          {count !== undefined && <span className="number"> {formatCount(count)}</span>}
        </Link>
      ))}
    </nav>
  )
}
