import { Activity, Gauge, MapPin, Server } from 'lucide-react'
import { type ComponentType, lazy } from 'react'

export interface PageProps {
  /** what stands in the address for `:id` and `:slug` */
  params: Record<string, string | undefined>
}

interface Route {
  path: string
  page: ComponentType<PageProps>
  /** how the navigation shows it; left out for the pages of single things */
  nav?: { text: string; icon: ComponentType<{ 'aria-hidden': 'true' }> }
}

/** A page that is fetched when it is first shown. */
function fetched(load: () => Promise<ComponentType<PageProps>>): ComponentType<PageProps> {
  return lazy(async () => ({ default: await load() }))
}

/** What is shown at which path, as in the navigation; src/http/dashboard.ts knows the same paths. */
export const routes: readonly Route[] = [
  {
    path: '/',
    page: fetched(async () => (await import('./pages/overview.tsx')).OverviewPage),
    nav: { text: 'Overview', icon: Gauge },
  },
  {
    path: '/runs',
    page: fetched(async () => (await import('./pages/runs.tsx')).RunsPage),
    nav: { text: 'Runs', icon: Activity },
  },
  {
    path: '/venues',
    page: fetched(async () => (await import('./pages/venues.tsx')).VenuesPage),
    nav: { text: 'Venues', icon: MapPin },
  },
  {
    path: '/system',
    page: fetched(async () => (await import('./pages/system.tsx')).SystemPage),
    nav: { text: 'System', icon: Server },
  },
]
