import type { Readable } from 'node:stream'
import type { FetchText } from './robots.ts'
import type { SourceWeb } from './source-web.ts'

/** RFC 9309, section 2.5: at least 500 KiB are read */
const maxBytes = 500 * 1024

/** For createRobots; an answer that is no success has no text. */
export function createRobotsText(web: SourceWeb): FetchText {
  const headers = () => ({ accept: 'text/plain, */*;q=0.1' })
  return (url, signal) =>
    web.get(url, { headers, signal }, async ({ httpStatus, body }) => {
      const isText = httpStatus >= 200 && httpStatus < 300
      return { httpStatus, text: isText ? await readBeginning(body) : '' }
    })
}

/** Leaves out a line that is cut off: it may say the opposite of the whole one. */
async function readBeginning(body: Readable): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length > maxBytes) break
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes))
  return length > maxBytes ? text.slice(0, text.lastIndexOf('\n') + 1) : text
}
