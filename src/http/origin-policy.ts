import type { IncomingMessage, ServerResponse } from 'node:http'
import { tokenHeader } from '../services/storage/local-targets.ts'
import { csrfHeader } from './csrf-header.ts'

const localNames = ['localhost', '127.0.0.1', '[::1]']

type Asked = Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>

/** What a proxy adds, each for itself. */
const ofProxies =
  /^(forwarded|x-forwarded(-.+)?|x-original-.+|via|cdn-loop|x-real-ip|true-client-ip|x-(cluster-)?client-ip|cf-.+)$/

/**
 * Who may ask while there are no tokens: a program or a page on this machine. A foreign Host is DNS rebinding, a
 * foreign Origin another site's page, and a forwarded request comes through a proxy from who knows where.
 * Returns why a request is refused, or null.
 */
export function refuseForeign(asked: Asked, port: number): string | null {
  const { headers, httpVersion } = asked
  // a client leaves the port of http out
  const hosts = localNames.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])])
  if (!headers.host || !hosts.includes(headers.host)) {
    return `Host must be one of ${hosts.join(', ')}.`
  }
  const otherSite = refuseOtherSites(asked, [`http://${headers.host}`])
  if (otherSite) return otherSite
  // as nginx asks where nothing else is configured, without a header that would tell
  const forwarded = httpVersion === '1.0' ? 'HTTP/1.0' : Object.keys(headers).find((name) => ofProxies.test(name))
  return forwarded ? `Requests through a proxy (${forwarded}) are refused while there is no authentication.` : null
}

/** Some browsers send a form without an Origin, but with Sec-Fetch-Site; programs send neither. */
function refuseOtherSites({ method, headers }: Asked, origins: readonly string[]): string | null {
  const refusal = 'Requests from pages of other origins are refused.'
  if (headers.origin !== undefined) return origins.includes(headers.origin) ? null : refusal
  const site = String(headers['sec-fetch-site'])
  // a link on another site may lead here
  return !['GET', 'HEAD'].includes(method ?? '') && ['cross-site', 'same-site'].includes(site) ? refusal : null
}

/** Whether the browser came by https, as far as the proxy in front says so. */
export function cameByHttps(forwardedProto: string | null | undefined, trustProxy: boolean): boolean {
  return trustProxy && forwardedProto?.split(',')[0]?.trim() === 'https'
}

export interface ConnectionRules {
  /** without tokens, only this machine may connect */
  hasTokens: boolean
  trustProxy: boolean
  /** origins whose pages may use the API beside the service's own */
  corsOrigins: readonly string[]
}

export interface OriginPolicy {
  /** whether a page of another origin asks, listed or not */
  isForeignPage(request: IncomingMessage): boolean
  /** why a request may go no further, or null; `pathname` is null where there is none */
  refuse(request: IncomingMessage, pathname: string | null, port: number): string | null
  /** tells browsers what pages of the listed origins may do; true when that was all that was asked */
  answerPreflight(request: IncomingMessage, response: ServerResponse, pathname: string): boolean
}

/** Public, and the same for all. */
const isMedia = (pathname: string | null) => pathname?.startsWith('/media/') ?? false

const forListed = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': `authorization, content-type, ${csrfHeader}, ${tokenHeader}, upload-offset`,
  'Access-Control-Max-Age': '600',
}

/** The rules for every request and every WebSocket, before anything else looks at it. */
export function createOriginPolicy({ hasTokens, trustProxy, corsOrigins }: ConnectionRules): OriginPolicy {
  function ownOrigin({ host, 'x-forwarded-proto': proto }: IncomingMessage['headers']): string {
    return `${cameByHttps(String(proto), trustProxy) ? 'https' : 'http'}://${host}`
  }

  return {
    isForeignPage: ({ headers }) => headers.origin !== undefined && headers.origin !== ownOrigin(headers),
    refuse(request, pathname, port) {
      if (!hasTokens) return refuseForeign(request, port)
      if (isMedia(pathname)) return null
      return refuseOtherSites(request, [ownOrigin(request.headers), ...corsOrigins])
    },
    answerPreflight({ method, headers }, response, pathname) {
      if (isMedia(pathname)) return false
      if (corsOrigins.length > 0) response.setHeader('Vary', 'Origin')
      if (!headers.origin || !corsOrigins.includes(headers.origin)) return false
      response.setHeader('Access-Control-Allow-Origin', headers.origin)
      response.setHeader('Access-Control-Expose-Headers', 'Upload-Offset, Upload-Length')
      if (method !== 'OPTIONS') return false
      response.writeHead(204, forListed).end()
      return true
    },
  }
}
