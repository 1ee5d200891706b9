import { header, type S3Answer, type S3Request } from './protocol.ts'

/** What lets a page of an allowed web site read the answer. */
export function shareWith(request: S3Request, allowedOrigins: readonly string[]): Record<string, string> {
  const origin = header(request, 'origin')
  if (!allowedOrigins.includes(origin)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag', vary: 'Origin' }
}

/** What a browser asks before a page sends a PUT. */
export function preflight(request: S3Request, allowedOrigins: readonly string[]): S3Answer {
  const method = header(request, 'access-control-request-method')
  const isAllowed = allowedOrigins.includes(header(request, 'origin')) && ['GET', 'HEAD', 'PUT'].includes(method)
  if (!isAllowed) return { status: 403 }
  const headers = {
    'access-control-allow-methods': 'GET, HEAD, PUT',
    'access-control-allow-headers': header(request, 'access-control-request-headers'),
    'access-control-max-age': '600',
  }
  return { status: 200, headers }
}
