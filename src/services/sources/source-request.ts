import type { Readable } from 'node:stream'
import { type Dispatcher, request } from 'undici'
import { networkError } from './source-errors.ts'

export interface SourceAnswer {
  url: URL
  httpStatus: number
  header(name: string): string | undefined
  /** there until whoever it was given to has returned */
  body: Readable
}

interface Asked {
  url: URL
  dispatcher: Dispatcher
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
  /** the host answers, so the request has arrived there */
  onAnswer?: () => void
}

// undici 7.25.0 and no later 7: from 7.26 on, a server that closes the connection while we are slow to read ends the
// whole process with an assertion that nobody can catch (nodejs/undici#5360, mended in 8 only, which Node 20 cannot run).

/** One GET request, without following redirects; what went wrong on the way comes out as one of our errors. */
export async function ask<T>(asked: Asked, read: (answer: SourceAnswer) => Promise<T>): Promise<T> {
  const { url, onAnswer = () => {}, ...options } = asked
  try {
    const { statusCode: httpStatus, headers, body } = await request(url, options)
    onAnswer()
    // a body that nobody reads may still fail
    body.on('error', () => {})
    try {
      return await read({ url, httpStatus, header: (name) => [headers[name]].flat()[0], body })
    } finally {
      // what is not wanted is not waited for
      body.destroy()
    }
  } catch (error) {
    throw networkError(error, url.hostname)
  }
}
