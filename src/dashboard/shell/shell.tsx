import type { ReactNode } from 'react'
import { announcement } from '../live/announce.ts'
import { useStore } from '../live/store.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { PausedBanner } from './paused-banner.tsx'
import { SideBar } from './side-bar.tsx'

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <SideBar />
      <div className="shell-page">
        <ConnectionBanner />
        <PausedBanner />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Announcer />
    </div>
  )
}

/** What screen readers say when numbers have changed; bars themselves are not read out. */
function Announcer() {
  const text = useStore(announcement)
  return (
    <div className="only-heard" role="status" aria-live="polite" aria-label="Announcements">
      {text}
    </div>
  )
}
