import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { type Selection, toggled } from './selection.ts'

interface Props {
  id: string
  /** its place in the list */
  index: number
  /** whether Tab leads to it */
  isActive: boolean
  href: string
  name: string
  selection: Selection | undefined
  onFocus: () => void
  children: ReactNode
}

/** An item of PagedList, which takes care of its keys. */
export function PagedCell({ id, index, isActive, href, name, selection, onFocus, children }: Props) {
  const isSelected = selection?.keys.has(id)
  return (
    // biome-ignore lint/a11y/useSemanticElements: as of the grid
    <div
      className="paged-item"
      role="gridcell"
      tabIndex={isActive ? 0 : -1}
      aria-selected={isSelected}
      data-index={index}
      onFocus={onFocus}
    >
      <Link href={href} tabIndex={-1}>
        {children}
      </Link>
      {selection && (
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${name}`}
          checked={isSelected}
          onChange={() => selection.onChange(toggled(selection.keys, id))}
        />
      )}
    </div>
  )
}
