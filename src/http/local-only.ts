import type { IncomingMessage } from 'node:http'

const localNames = ['localhost', '127.0.0.1', '[::1]']

type Asked = Pick<IncomingMessage, 'method' | 'headers'>

/**
 * Who may ask while there are no tokens: a program or a page on this machine. A foreign Host is DNS rebinding, a
 * foreign Origin another site's page (some browsers send a form without one, but with Sec-Fetch-Site), and a forwarded request comes through a proxy from who knows where.
 * Returns why a request is refused, or null.
 */
export function refuseForeign({ method, headers }: Asked, port: number): string | null {
  // a client leaves the port of http out
  const hosts = localNames.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])])
  if (!headers.host || !hosts.includes(headers.host)) {
    return `Host must be one of ${hosts.join(', ')}.`
  }
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
    return 'Requests from pages of other origins are refused.'
  }
  const site = String(headers['sec-fetch-site'])
  // a link on another site may lead here
  if (!['GET', 'HEAD'].includes(method ?? '') && ['cross-site', 'same-site'].includes(site)) {
    return 'Requests from pages of other origins are refused.'
  }
  const forwarded = Object.keys(headers).find((name) => name === 'forwarded' || name.startsWith('x-forwarded-'))
  return forwarded ? `Requests through a proxy (${forwarded}) are refused while there is no authentication.` : null
}
