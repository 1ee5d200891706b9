import { Component, type ReactNode } from 'react'
import { Button } from '../parts/button.tsx'

interface Props {
  children: ReactNode
}

/** Shown in place of a page that broke, or whose script is gone since the service was updated. */
export class PageBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    if (!this.state.broken) return this.props.children
    return (
      <div className="state" role="alert" data-tone="error">
        <p className="state-title">This page does not work.</p>
        <p>The service may have been updated since it was opened.</p>
        <Button onClick={() => location.reload()}>Try again</Button>
      </div>
    )
  }
}
