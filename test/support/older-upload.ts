import { expect } from 'vitest'
import type { TestApp } from './app.ts'
import { filesBelow } from './files.ts'

export interface OlderAccepted {
  job_id: string
  status: string
  status_url: string
}

export interface OlderJob {
  job_id: string
  status: string
  results: Record<string, { url: string; width: number; height: number }>
  error: string | null
  completed_at: string | null
}

export function form(bytes: Uint8Array, fields: Record<string, string> = {}, name = 'photo.jpg'): FormData {
  const result = new FormData()
  result.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), name)
  for (const [field, value] of Object.entries(fields)) result.append(field, value)
  return result
}

export interface OlderUploadClient {
  post(body: BodyInit, headers?: Record<string, string>): Promise<Response>
  /** sends a picture that has to be accepted */
  send(...content: Parameters<typeof form>): Promise<OlderAccepted>
  tell(accepted: Pick<OlderAccepted, 'status_url'>): Promise<OlderJob>
  /** sends, and waits until everything is done */
  process(...content: Parameters<typeof form>): Promise<OlderJob>
  /** everything that an upload could leave behind */
  traces(): Promise<object>
}

/** Speaks to the two routes of the older upload service, through a socket. */
export function createOlderUploadClient(app: TestApp): OlderUploadClient {
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/images/upload`, { method: 'POST', body, headers })

  async function send(...content: Parameters<typeof form>): Promise<OlderAccepted> {
    const response = await post(form(...content))
    expect(response.status).toBe(200)
    return (await response.json()) as OlderAccepted
  }

  async function tell({ status_url }: Pick<OlderAccepted, 'status_url'>): Promise<OlderJob> {
    const response = await fetch(`${app.url}${status_url}`)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    return (await response.json()) as OlderJob
  }

  return {
    post,
    send,
    tell,
    async process(...content) {
      const accepted = await send(...content)
      await app.dispatcher.idle()
      return tell(accepted)
    },
    async traces() {
      const { image, artist, run, task } = app.db
      const rows = [image, artist, run, task] as { count(): Promise<number> }[]
      return { rows: await Promise.all(rows.map((model) => model.count())), files: await filesBelow(app.dir) }
    },
  }
}

/** Status and reason of a refusal. */
export async function refusal(response: Response): Promise<[number, unknown]> {
  expect(response.headers.get('cache-control')).toBe('no-store')
  return [response.status, ((await response.json()) as { detail: unknown }).detail]
}
