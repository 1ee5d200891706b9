import type { IncomingMessage } from 'node:http'
import { parseCookie } from 'cookie'
import { ForbiddenError, UnauthorizedError } from '../auth/auth-errors.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Tokens } from '../auth/tokens.ts'
import { hasRole, localViewer, type Role, type Viewer } from '../auth/viewer.ts'
import { csrfHeader } from './csrf-header.ts'
import { cameByHttps } from './origin-policy.ts'

/** What of a request tells who asks. */
export interface Asked {
  method: string
  header(name: string): string | null
}

export function askedOf({ method = '', headers }: IncomingMessage): Asked {
  return { method, header: (name) => headers[name]?.toString() ?? null }
}

export interface Authentication {
  /** who asks; throws UnauthorizedError, or ForbiddenError for a cookie that another page may have sent */
  identify(asked: Asked): Viewer
  /** as `identify`, for whoever has at least this role */
  admit(asked: Asked, role: Role): Viewer
  /** to be waited for before `identify` is asked: a browser may have signed in at another server */
  recall(asked: Asked): Promise<void>
  /** the secret in the browser's cookie */
  sessionOf(asked: Asked): string | null
}

interface Deps {
  /** null: there are none, and whoever may connect may do everything */
  tokens: Pick<Tokens, 'find'> | null
  sessions: Pick<Sessions, 'find' | 'recall'>
  trustProxy: boolean
}

/** By a prefix that browsers know, no other host of the domain can have set it. */
export const cookieName = (https: boolean) => (https ? '__Host-greenroom' : 'greenroom')

export function createAuthentication({ tokens, sessions, trustProxy }: Deps): Authentication {
  function sessionOf({ header }: Asked): string | null {
    const https = cameByHttps(header('x-forwarded-proto'), trustProxy)
    return parseCookie(header('cookie') ?? '')[cookieName(https)] ?? null
  }

  function identify(asked: Asked): Viewer {
    if (!tokens) return localViewer
    const authorization = asked.header('authorization')
    return authorization === null ? ofCookie(asked) : ofToken(tokens, authorization)
  }

  function ofCookie(asked: Asked): Viewer {
    const session = sessionOf(asked)
    if (!session) throw new UnauthorizedError('A token is needed, as in Authorization: Bearer TOKEN.')
    const viewer = orRefuse(sessions.find(session), 'The session is over; sign in again.')
    if (['GET', 'HEAD'].includes(asked.method) || asked.header(csrfHeader) !== null) return viewer
    throw new ForbiddenError(`Requests that carry a cookie need the header ${csrfHeader}, with any value.`)
  }

  return {
    identify,
    async recall(asked) {
      const session = tokens && asked.header('authorization') === null && sessionOf(asked)
      if (session) await sessions.recall(session)
    },
    admit(asked, role) {
      const viewer = identify(asked)
      if (hasRole(viewer.role, role)) return viewer
      throw new ForbiddenError(`This needs the role ${role}; the token has the role ${viewer.role}.`)
    },
    sessionOf,
  }
}

function ofToken(tokens: Pick<Tokens, 'find'>, authorization: string): Viewer {
  const [, token] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization) ?? []
  return orRefuse(token ? tokens.find(token) : null, 'The token is not known, or does not hold any more.')
}

function orRefuse(viewer: Viewer | null, message: string): Viewer {
  if (viewer) return viewer
  throw new UnauthorizedError(message)
}

/** What browsers and programs are told with a 401. */
const challenge = { 'WWW-Authenticate': 'Bearer realm="greenroom"' }

type Refusal = UnauthorizedError | ForbiddenError

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof UnauthorizedError || error instanceof ForbiddenError

/** Status and headers of the answer to who may not. */
export const describeRefusal = ({ code }: Refusal): { status: number; headers: Record<string, string> } =>
  code === 'UNAUTHORIZED' ? { status: 401, headers: challenge } : { status: 403, headers: {} }
