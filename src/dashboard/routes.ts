import { Activity, Gauge, Images, Users } from 'lucide-react'
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
    path: '/images',
    page: fetched(async () => (await import('./pages/images.tsx')).ImagesPage),
    nav: { text: 'Images', icon: Images },
  },
  { path: '/images/:id', page: fetched(async () => (await import('./pages/image.tsx')).ImagePage) },
  {
    path: '/runs',
    page: fetched(async () => (await import('./pages/runs.tsx')).RunsPage),
    nav: { text: 'Runs', icon: Activity },
  },
  {
    path: '/artists',
    page: fetched(async () => (await import('./pages/artists.tsx')).ArtistsPage),
    nav: { text: 'Artists', icon: Users },
  },
  {
    path: '/artists/:slug',
    page: fetched(async () => (await import('./pages/artist.tsx')).ArtistPage),
  },
]
