import type { Target } from './upload-queries.ts'

/**
 * How a try to send ended. `again`: what there is has to be looked at anew; `announce`: the way to send it has ended;
 * `broken`: the connection or the service is away.
 */
export type Sent = { kind: 'sent' | 'again' | 'announce' | 'broken' } | { kind: 'refused'; problem: string }

interface Sending {
  target: Target
  file: File
  signal: AbortSignal
  /** bytes that have arrived, those of earlier tries too */
  onProgress: (bytes: number) => void
}

const kinds: Record<number, 'announce' | 'again' | 'broken'> = {
  401: 'announce',
  403: 'announce',
  404: 'announce',
  410: 'announce',
  409: 'again',
  423: 'again',
  429: 'broken',
}

function outcome(status: number, text: string): Sent {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const kind = status === 0 || status >= 500 ? 'broken' : kinds[status]
  return kind ? { kind } : { kind: 'refused', problem: sentenceIn(text) }
}

function sentenceIn(text: string): string {
  try {
    return (JSON.parse(text) as { error?: string }).error ?? 'The file was refused.'
  } catch {
    // a bucket answers in its own words
    return 'The storage has refused the file.'
  }
}

/** Sends what is not there yet, as one request. */
export async function sendFile(sending: Sending): Promise<Sent> {
  const { target, file, signal, onProgress } = sending
  const headers = Object.fromEntries(target.headers.map(({ name, value }) => [name, value]))
  const url = addressOf(target)
  if (!target.resumable) return request({ url, method: target.method, headers, body: file, signal, onProgress })
  const look = await fetch(url, { method: 'HEAD', headers, signal }).catch(() => null)
  if (!look) return { kind: 'broken' }
  if (!look.ok) return outcome(look.status, '')
  const offset = Number(look.headers.get('upload-offset'))
  onProgress(offset)
  const sent = await request({
    url,
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    body: file.slice(offset),
    signal,
    onProgress: (bytes) => onProgress(offset + bytes),
  })
  // all of it was there before, and only the answer that said so was lost
  return offset === file.size && sent.kind === 'again' ? { kind: 'sent' } : sent
}

/** The service may be open here under another name than its own. */
function addressOf({ url, resumable }: Target): string {
  return resumable ? new URL(url ?? '', location.href).pathname : (url ?? '')
}

interface Request {
  url: string
  method: string
  headers: Record<string, string>
  body: Blob
  signal: AbortSignal
  onProgress: (bytes: number) => void
}

/** fetch() does not tell how much of a body has been sent. */
function request({ url, method, headers, body, signal, onProgress }: Request): Promise<Sent> {
  return new Promise((resolve) => {
    const http = new XMLHttpRequest()
    http.open(method, url)
    for (const [name, value] of Object.entries(headers)) http.setRequestHeader(name, value)
    http.upload.onprogress = ({ loaded }) => onProgress(loaded)
    http.onload = () => resolve(outcome(http.status, http.responseText))
    http.onerror = () => resolve({ kind: 'broken' })
    http.onabort = () => resolve({ kind: 'broken' })
    signal.addEventListener('abort', () => http.abort())
    http.send(body)
  })
}
