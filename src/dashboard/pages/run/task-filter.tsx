import { X } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { formatWord } from '../../parts/format.ts'
import type { Filters } from '../../parts/use-filters.ts'

export type TaskFilters = Filters<'status' | 'code' | 'search' | 'task'>

/** What the list is narrowed to, each a link that takes it back. */
export function TaskFilter({ filters }: { filters: TaskFilters }) {
  const [path] = useLocation()
  const { status, code } = filters.values
  const narrowed = [
    { name: 'status' as const, text: status && formatWord(status) },
    { name: 'code' as const, text: code },
  ]
  return narrowed.map(
    ({ name, text }) =>
      text && (
        <Link key={name} className="chip" href={`${path}${filters.hrefWith(name, '')}`} aria-label={`Not only ${text}`}>
          {text}
          <X aria-hidden="true" />
        </Link>
      ),
  )
}
