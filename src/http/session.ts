import type { IncomingMessage, ServerResponse } from 'node:http'
import { stringifySetCookie } from 'cookie'
import { UnauthorizedError } from '../auth/auth-errors.ts'
import { type Sessions, sessionSeconds } from '../auth/sessions.ts'
import { answerJson } from './answer-json.ts'
import { type Authentication, answerRefusal, askedOf, cookieName } from './authentication.ts'
import { cameByHttps } from './who-may-connect.ts'

interface Deps {
  authentication: Authentication
  sessions: Sessions
  trustProxy: boolean
}

/**
 * /session: POST with a token signs a browser in, DELETE signs it out, GET tells who is signed in. The cookie is out of
 * the reach of scripts and stays with this site.
 */
export function createSessionRoute({ authentication, sessions, trustProxy }: Deps) {
  function cookie(request: IncomingMessage, value: string, maxAge: number): Record<string, string> {
    const secure = cameByHttps(askedOf(request).header('x-forwarded-proto'), trustProxy)
    const attributes = { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge } as const
    return { 'Set-Cookie': stringifySetCookie(cookieName(secure), value, attributes) }
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    try {
      const asked = askedOf(request)
      // or a session would beget the next one, for ever
      const begins = request.method === 'POST'
      if (begins && asked.header('authorization') === null)
        throw new UnauthorizedError('A session begins with a token.')
      const viewer = authentication.identify(asked)
      const { name, role } = viewer
      if (begins) {
        const headers = cookie(request, sessions.start(viewer), sessionSeconds)
        answerJson(response, 200, { name, role }, headers)
      } else if (request.method === 'DELETE') {
        sessions.end(authentication.sessionOf(asked) ?? '')
        answerJson(response, 200, {}, cookie(request, '', 0))
      } else if (request.method === 'GET') {
        answerJson(response, 200, { name, role })
      } else {
        answerJson(
          response,
          405,
          { error: 'A session is begun with POST, ended with DELETE.' },
          { Allow: 'GET, POST, DELETE' },
        )
      }
    } catch (error) {
      answerRefusal(response, error)
    }
  }
}
