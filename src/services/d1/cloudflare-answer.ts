import { z } from 'zod'
import { parseRetryAfter } from '../retry-after.ts'
import { D1AnswerError } from './d1-faults.ts'

/** What every answer of Cloudflare's API has. */
const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number().catch(0), message: z.string() })).catch([]),
})

/** What Prisma's adapter takes for granted. */
const result = z
  .array(z.object({ results: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) }) }))
  .length(1)
const success = envelope.extend({ success: z.literal(true), result })

/** Throws unless it is the result of one statement. */
export function checkCloudflareAnswer({ status, headers }: Response, body: string): void {
  const retryAfterMs = parseRetryAfter(headers.get('retry-after') ?? undefined)
  const json = parseJson(body)
  if (status === 200 && success.safeParse(json).success) return
  const { data } = envelope.safeParse(json)
  const codes = (data?.errors ?? []).map((error) => error.code)
  const words = data?.success === false ? data.errors.map((error) => error.message).join('; ') : null
  throw new D1AnswerError({ status, codes, words, retryAfterMs })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
