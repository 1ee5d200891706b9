import { Braces, LogOut } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { leaveToSignIn } from '../api/client.ts'
import { signOut, useViewer } from '../api/viewer.ts'
import { Button } from '../parts/button.tsx'
import { routes } from '../routes.ts'
import { ThemeChoice } from './theme-choice.tsx'

/** Whether the page at `path` is the one of this part of the navigation, or below it. */
const isWithin = (location: string, path: string) =>
  path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`)

export function SideBar() {
  const [location] = useLocation()
  return (
    <div className="side-bar">
      <Link className="brand" href="/">
        Greenroom
      </Link>
      <nav aria-label="Pages">
        {routes.map(
          ({ path, nav }) =>
            nav && (
              <Link key={path} href={path} aria-current={isWithin(location, path) ? 'page' : undefined}>
                <nav.icon aria-hidden="true" />
                {nav.text}
              </Link>
            ),
        )}
        <a href="/graphql">
          <Braces aria-hidden="true" />
          GraphiQL
        </a>
      </nav>
      <div className="side-bar-end">
        <ThemeChoice />
        <SignedIn />
      </div>
    </div>
  )
}

/** Without tokens, whoever is at this machine is nobody in particular. */
function SignedIn() {
  const viewer = useViewer()
  if (!viewer || viewer.name === 'this machine') return null
  return (
    <div className="signed-in">
      <span>
        {viewer.name} <small>{viewer.role}</small>
      </span>
      <Button kind="plain" aria-label="Sign out" onClick={() => signOut().then(leaveToSignIn)}>
        <LogOut aria-hidden="true" />
      </Button>
    </div>
  )
}
