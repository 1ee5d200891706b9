import { load, loadBuffer } from 'cheerio'
import { openPage, type Page } from './page-elements.ts'

export type Body = Uint8Array | string

/** The forgiving parser of htmlparser2: the one that follows the standard takes forever on deeply nested pages. */
const parser = { xml: { xmlMode: false, decodeEntities: true } }

const deepest = 20_000
/** Without those that need no end. */
const tags =
  /<(\/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|d[dt]|t[dhr]|option)\b)[a-z]/gi

/** Reads a page in the character set it declares, else in UTF-8, else in windows-1252. Throws RangeError. */
export function loadPage(body: Body, contentType = ''): Page {
  refuseDepth(typeof body === 'string' ? body : bufferOf(body).toString('latin1'))
  if (typeof body === 'string') return openPage(load(body, parser))
  const label = contentType.match(/charset\s*=\s*["']?([\w:.-]{1,40})/i)?.[1]
  const bytes = bufferOf(body)
  // an encoding that is not known to the decoder would make it throw
  const encoding = {
    ...(label && isKnown(label) ? { transportLayerEncodingLabel: label } : {}),
    defaultEncoding: guess(bytes),
  }
  return openPage(loadBuffer(bytes, { ...parser, encoding }))
}

/** The text of a body that begins as JSON does, which is UTF-8 always; null for another. */
export function jsonTextOf(body: Body): string | null {
  const start = typeof body === 'string' ? body.slice(0, 1_000) : bufferOf(body).toString('utf8', 0, 1_000)
  if (!/^\uFEFF?\s*[[{]/.test(start)) return null
  const text = typeof body === 'string' ? body : bufferOf(body).toString('utf8')
  return text.replace(/^\uFEFF/, '')
}

/** The work of the parser grows with the square of how deep elements are nested. No real page comes near. */
function refuseDepth(html: string): void {
  let depth = 0
  for (const [, slash] of html.matchAll(tags)) {
    depth = Math.max(depth + (slash ? -1 : 1), 0)
    if (depth > deepest) throw new RangeError('its elements are nested too deeply')
  }
}

/** UTF-8, unless more of it would be broken than is well-formed beyond ASCII. */
function guess(bytes: Buffer): string {
  const beyondAscii = bytes.toString('utf8').match(/[^\p{ASCII}]/gu) ?? []
  const broken = beyondAscii.filter((character) => character === '\uFFFD').length
  return broken > beyondAscii.length / 2 ? 'windows-1252' : 'utf-8'
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

function bufferOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
