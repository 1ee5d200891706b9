import { setMaxListeners } from 'node:events'

/** From the least to the most that may be done; each may do what those before it may. */
export const roles = ['viewer', 'editor', 'admin'] as const

export type Role = (typeof roles)[number]

/** Who asks. */
export interface Viewer {
  /** of the token; `local` while there are none */
  id: string
  name: string
  role: Role
  /** a digest of all that is recorded of the token, so it changes when that does; empty while there are none */
  record: string
  /** aborted when the token or the session is revoked, has expired or was given another role */
  ended: AbortSignal
  /** false from the very moment that `ended` tells of within a second */
  isCurrent(): boolean
}

export const hasRole = (role: Role, needed: Role) => roles.indexOf(role) >= roles.indexOf(needed)

/** A signal that any number of subscriptions may listen to. */
export function createEnding(): AbortController {
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  return ending
}

/** Whoever is let in while there are no tokens: this machine alone, and it may do everything. */
export const localViewer: Viewer = {
  id: 'local',
  name: 'this machine',
  role: 'admin',
  record: '',
  ended: createEnding().signal,
  isCurrent: () => true,
}

/** Whose limits apply: those of a token; null while there are none. */
export const rateLimitKey = ({ id }: Viewer): string | null => (id === localViewer.id ? null : id)
