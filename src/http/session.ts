import type { IncomingMessage, ServerResponse } from 'node:http'
import { stringifySetCookie } from 'cookie'
import { UnauthorizedError } from '../auth/auth-errors.ts'
import { type Sessions, sessionSeconds } from '../auth/sessions.ts'
import { answerJson } from './answer-json.ts'
import { type Authentication, askedOf, cookieName } from './authentication.ts'
import { cameByHttps } from './origin-policy.ts'
import { answerSignInPage, asksForPage, isForm, readToken } from './sign-in.ts'

interface Deps {
  authentication: Authentication
  sessions: Sessions
  trustProxy: boolean
}

/**
 * /session: POST with a token signs a browser in, DELETE signs it out, GET tells who is signed in; where a browser shows
 * it, it is a page with a form. The cookie is out of the reach of scripts and stays with this site. Throws
 * UnauthorizedError and ForbiddenError.
 */
export function createSessionRoute({ authentication, sessions, trustProxy }: Deps) {
  function cookie(request: IncomingMessage, value: string, maxAge: number): Record<string, string> {
    const secure = cameByHttps(askedOf(request).header('x-forwarded-proto'), trustProxy)
    const attributes = { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge } as const
    return { 'Set-Cookie': stringifySetCookie(cookieName(secure), value, attributes) }
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedOf(request)
    // or a session would beget the next one, for ever
    if (asked.header('authorization') === null) throw new UnauthorizedError('A session begins with a token.')
    const viewer = authentication.identify(asked)
    const { name, role } = viewer
    answerJson(response, 200, { name, role }, cookie(request, await sessions.start(viewer), sessionSeconds))
  }

  async function beginByForm(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const authorization = `Bearer ${await readToken(request)}`
      const header = (name: string) => (name === 'authorization' ? authorization : null)
      const secret = await sessions.start(authentication.identify({ method: 'POST', header }))
      response.writeHead(303, { Location: '/', ...cookie(request, secret, sessionSeconds) }).end()
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      // what is still to come is not waited for
      if (!request.complete) response.setHeader('Connection', 'close')
      answerSignInPage(response, error.message)
    }
  }

  function tell(request: IncomingMessage, response: ServerResponse): void {
    const asked = askedOf(request)
    const isPage = asksForPage(asked)
    try {
      const { name, role } = authentication.identify(asked)
      if (isPage) response.writeHead(303, { Location: '/' }).end()
      else answerJson(response, 200, { name, role })
    } catch (error) {
      if (!isPage || !(error instanceof UnauthorizedError)) throw error
      answerSignInPage(response, null)
    }
  }

  async function end(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedOf(request)
    authentication.identify(asked)
    await sessions.end(authentication.sessionOf(asked) ?? '')
    answerJson(response, 200, {}, cookie(request, '', 0))
  }

  const methods = new Map([
    ['GET', tell],
    ['DELETE', end],
    [
      'POST',
      (request: IncomingMessage, response: ServerResponse) =>
        (isForm(request) ? beginByForm : begin)(request, response),
    ],
  ])
  const allow = { Allow: [...methods.keys()].join(', ') }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = methods.get(request.method ?? '')
    if (!method) return answerJson(response, 405, { error: 'A session is begun with POST, ended with DELETE.' }, allow)
    await method(request, response)
  }
}
