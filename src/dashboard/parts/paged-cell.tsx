import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface Props {
  /** its place in the list */
  index: number
  /** whether Tab leads to it */
  isActive: boolean
  href: string
  name: string
  /** left out where nothing can be selected */
  isSelected: boolean | undefined
  /** `isExtending`: with all between it and the last one */
  onToggle: (isExtending: boolean) => void
  onFocus: () => void
  children: ReactNode
}

/** An item of PagedList, which takes care of its keys. */
export function PagedCell({ index, isActive, href, name, isSelected, onToggle, onFocus, children }: Props) {
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
      {isSelected !== undefined && (
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${name}`}
          checked={isSelected}
          onChange={({ nativeEvent }) => onToggle('shiftKey' in nativeEvent && nativeEvent.shiftKey === true)}
        />
      )}
    </div>
  )
}
