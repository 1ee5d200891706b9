import { type ReactNode, useEffect, useRef } from 'react'
import { focusHeading } from '../shell/focus-heading.ts'

interface Props {
  title: string
  /** what the tab says beside the title, such as a status */
  tabTitle?: string
  /** beside the title */
  children?: ReactNode
}

/** The heading of a page, which is also the title of the tab. */
export function PageHeader({ title, tabTitle = title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${tabTitle} · Greenroom`
  }, [tabTitle])
  useEffect(() => focusHeading(heading.current), [])
  return (
    <header className="page-header">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <div className="page-actions">{children}</div>
    </header>
  )
}
