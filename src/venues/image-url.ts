import { type AddressOptions, type AddressProblem, type ImageAddress, readImageAddress } from './image-address.ts'
import { splitFileName } from './image-file-name.ts'
import { type ImageFacts, imateqPath, readImateq, readUpload, readVea, uploadsPath, veaPath } from './image-shapes.ts'
import { imateqHosts, veaHosts, wordpressHosts } from './lists/image-hosts.ts'

/**
 * `vea`: the host of artists' pictures; `imateq`: the image service of UrVenue; `wp`: an upload on a venue's own
 * WordPress, `wp-foreign` on another's; `direct`: every other picture.
 */
export type ImageKind = 'vea' | 'imateq' | 'wp' | 'wp-foreign' | 'direct'

export type ImageProblem = AddressProblem | 'vea-shape' | 'unsupported-type' | 'no-image-extension'

export interface ImageUrlOptions extends AddressOptions {
  /** further hosts that may be fetched from */
  allowedHosts?: readonly string[] | undefined
}

export interface ParsedImage extends ImageFacts {
  ok: true
  kind: ImageKind
  /** whether its host is one we fetch from */
  allowed: boolean
  /** with the port, if it is not the default */
  host: string
  /** as listed, made absolute */
  listed: string
}

export type ParsedImageUrl = ParsedImage | { ok: false; input: string; reason: ImageProblem }

const knownHosts = [...veaHosts, ...imateqHosts, ...wordpressHosts]

/** What the address of an image tells. Never throws, whatever it is given. */
export function parseImageUrl(input: string, options: ImageUrlOptions = {}): ParsedImageUrl {
  // pages are read from JSON too, where anything may stand
  if (typeof input !== 'string') return { ok: false, input: '', reason: input ? 'invalid-url' : 'empty' }
  const address = readImageAddress(input, options)
  if (typeof address === 'string') return { ok: false, input, reason: address }
  const kind = kindOf(address)
  const facts = kind === 'vea-shape' ? kind : readFacts(address.url, kind)
  if (typeof facts === 'string') return { ok: false, input, reason: facts }
  const { host } = address.url
  const allowed = address.isMirror || isOneOf(host, knownHosts) || isOneOf(host, options.allowedHosts ?? [])
  return { ok: true, allowed, host, listed: address.listed, ...facts }
}

function kindOf({ url, isMirror }: ImageAddress): ImageKind | 'vea-shape' {
  const isOn = (hosts: readonly string[]) => isMirror || isOneOf(url.host, hosts)
  if (isOn(veaHosts) && veaPath.test(url.pathname)) return 'vea'
  if (!isMirror && isOn(veaHosts)) return 'vea-shape'
  if (isOn(imateqHosts) && imateqPath.test(url.pathname)) return 'imateq'
  if (!uploadsPath.test(url.pathname)) return 'direct'
  return isOn(wordpressHosts) ? 'wp' : 'wp-foreign'
}

function readFacts(url: URL, kind: ImageKind): (ImageFacts & { kind: ImageKind }) | ImageProblem {
  const file = splitFileName(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))
  if (typeof file === 'string') return file
  const facts = kind === 'vea' ? readVea(url, file) : kind === 'imateq' ? readImateq(url, file) : readUpload(url, file)
  return facts ? { kind, ...facts } : 'vea-shape'
}

/** Whether a host, with or without `www.`, is in a list where `*.` stands for every subdomain. */
function isOneOf(host: string, hosts: readonly string[]): boolean {
  const bare = host.replace(/^www\./, '')
  return hosts.some((each) => (each.startsWith('*.') ? host.endsWith(each.slice(1)) : bare === each))
}
