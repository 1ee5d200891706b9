import { photonHosts } from './lists/image-hosts.ts'

export type AddressProblem = 'empty' | 'scheme' | 'credentials' | 'too-long' | 'invalid-url'

export interface AddressOptions {
  /** what relative addresses are relative to */
  base?: string | undefined
  /** `host[:port]` of servers that stand in for all others; their http stays http */
  mirrorHosts?: readonly string[] | undefined
}

export interface ImageAddress {
  /** without query and fragment, on https unless it is a mirror's */
  url: URL
  /** as listed, made absolute */
  listed: string
  isMirror: boolean
}

const longest = 4_096
const otherScheme = /^(?!https?:)[a-z][a-z0-9+.-]*:/i
// also where they are percent-encoded: nobody serves such a file
const controls = /\p{Cc}|%[01][0-9a-f]|%7f/iu
const cssUrl = /^url\(\s*(["']?)(.*)\1\s*\)$/is

/** Reads the address of an image as pages write it: in `url()`, relative, with entities, behind the Photon proxy. */
export function readImageAddress(input: string, options: AddressOptions): ImageAddress | AddressProblem {
  const trimmed = input.trim()
  // an embedded picture may be megabytes long
  if (otherScheme.test(trimmed.slice(0, 100))) return 'scheme'
  if (trimmed.length > longest) return 'too-long'
  const text = unwrap(trimmed)
  if (text === '') return 'empty'
  if (otherScheme.test(text)) return 'scheme'
  if (controls.test(text)) return 'invalid-url'
  const listed = parseUrl(text, options.base)
  if (!listed) return 'invalid-url'
  if (listed.protocol !== 'https:' && listed.protocol !== 'http:') return 'scheme'
  const url = withoutPhoton(new URL(listed))
  if (!url) return 'invalid-url'
  if (url.username !== '' || url.password !== '') return 'credentials'
  return { ...normalise(url, options.mirrorHosts ?? []), listed: listed.href }
}

function unwrap(text: string): string {
  const inner = text.match(cssUrl)?.[2] ?? text
  return inner.replace(/&amp;/gi, '&').trim()
}

function parseUrl(text: string, base: string | undefined): URL | null {
  try {
    return new URL(text, base ?? (/^[\\/]{2}/.test(text) ? 'https://unnamed.invalid' : undefined))
  } catch {
    return null
  }
}

/** `i0.wp.com/{host}/{path}` is `{host}/{path}` made smaller. */
function withoutPhoton(url: URL): URL | null {
  return photonHosts.includes(url.hostname) ? parseUrl(`${url.protocol}/${url.pathname}`, undefined) : url
}

function normalise(url: URL, mirrorHosts: readonly string[]) {
  url.search = ''
  url.hash = ''
  url.hostname = url.hostname.replace(/\.$/, '')
  const isMirror = mirrorHosts.some((host) => host.toLowerCase() === url.host)
  if (!isMirror) url.protocol = 'https:'
  return { url, isMirror }
}
