import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'

/** What every answer says that is no page: nothing in it may be shown, run, framed or kept. */
export function setSafeHeaders(response: ServerResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
  response.setHeader('Referrer-Policy', 'no-referrer')
  // media say otherwise
  response.setHeader('Cache-Control', 'no-store')
}

/** What is allowed to run on one answer. */
export const newNonce = () => randomBytes(16).toString('base64')

/**
 * Of GraphiQL's page, which has everything in itself: its script by the nonce, its editor's workers from blobs. The
 * editor adds styles as it runs, so those cannot be told from others.
 */
export function graphiqlPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'font-src data:',
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

interface DashboardParts {
  scripts: readonly string[]
  /** the origin that pictures are shown from */
  pictures: string
  /** the origin that files are sent to, where it is not this service */
  bucket: string | null
}

/** What the dashboard shows and runs: its own files, pictures from where they are served, and files sent to a bucket. */
export function dashboardPolicy({ scripts, pictures, bucket }: DashboardParts): string {
  return [
    "default-src 'none'",
    `script-src 'self'${scripts.map((hash) => ` '${hash}'`).join('')}`,
    "style-src 'self'",
    `img-src 'self' data: blob: ${pictures}`,
    `connect-src 'self'${bucket ? ` ${bucket}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
