import { Link } from 'wouter'
import { EmptyState } from './states.tsx'

/** Where to begin, while there is no image. */
export function FirstImage() {
  return (
    <EmptyState title="No images yet">
      <p>Send some photos, and every size and format of them appears here as it is made.</p>
      <Link className="button" data-kind="primary" href="/upload">
        Upload
      </Link>
    </EmptyState>
  )
}
