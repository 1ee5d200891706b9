import { type ReactNode, Suspense, useEffect } from 'react'
import { Provider } from 'urql'
import { Route, Switch, useLocation } from 'wouter'
import { client } from './api/client.ts'
import { followRuns } from './live/runs.ts'
import { NotFoundPage } from './pages/not-found.tsx'
import { Skeleton } from './parts/states.tsx'
import { type PageProps, routes } from './routes.ts'
import { PageBoundary } from './shell/page-boundary.tsx'
import { Shell } from './shell/shell.tsx'

export function App() {
  const [location] = useLocation()
  useEffect(followRuns, [])
  return (
    <Provider value={client}>
      <Shell>
        <PageBoundary key={location}>
          <Suspense fallback={<Skeleton label="Page: loading" lines={8} />}>
            <Pages />
          </Suspense>
        </PageBoundary>
      </Shell>
    </Provider>
  )
}

type Params = PageProps['params']

/** An id ends in `=`, which the address has as %3D. */
function decoded(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value && decodeURIComponent(value)]))
}

function Pages(): ReactNode {
  return (
    <Switch>
      {routes.map(({ path, page: Page }) => (
        <Route key={path} path={path}>
          {(params) => <Page params={decoded(params as Params)} />}
        </Route>
      ))}
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  )
}
