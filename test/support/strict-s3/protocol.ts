import type { IncomingHttpHeaders } from 'node:http'

/** One request with its whole body, taken apart. */
export interface S3Request {
  method: string
  /** as it was sent, still encoded */
  rawPath: string
  /** decoded, in the order sent */
  query: readonly (readonly [name: string, value: string])[]
  bucket: string
  /** empty for requests about the bucket */
  key: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface S3Answer {
  status: number
  headers?: Record<string, string>
  body?: Buffer
}

/** Thrown anywhere below the server; becomes the answer. */
export class S3Refusal extends Error {
  override readonly name = 'S3Refusal'
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message = code) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function parseRequest(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): S3Request {
  const [rawPath = '/', rawQuery = ''] = url.split(/\?(.*)/s)
  const [, bucket = '', ...rest] = rawPath.split('/')
  const query = rawQuery
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      return [decodeURIComponent(name), decodeURIComponent(value)] as const
    })
  return { method, rawPath, query, bucket, key: decodeURIComponent(rest.join('/')), headers, body }
}

/** The value of a query parameter; null when there is none. */
export function parameter({ query }: S3Request, name: string): string | null {
  return query.find(([each]) => each === name)?.[1] ?? null
}

/** The value of a header that is sent at most once; empty when there is none. */
export function header({ headers }: { headers: IncomingHttpHeaders }, name: string): string {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

/** Percent-encoding as SigV4 wants it: all but A-Z a-z 0-9 - . _ ~ */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

export function xml(status: number, content: string): S3Answer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${content}`)
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export function refusalAnswer({ status, code, message }: S3Refusal): S3Answer {
  return xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`)
}
