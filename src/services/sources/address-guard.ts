import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { SourceBlockedError } from '../../errors.ts'

interface Address {
  address: string
  family: number
}

/** All addresses of a name; fails as dns.lookup does. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

const maxLength = 2_048
const privateNames = /(^|\.)(localhost|local|internal|home\.arpa)$/
const globalUnicastV6 = ipaddr.parseCIDR('2000::/3')

/** Global by its range, and yet the machine's own: Azure's wire server hands out secrets to whoever asks from inside. */
const insideOnly = new Set(['168.63.129.16'])

export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })

/** Whether it is global unicast. Forms that carry an IPv4 address in an IPv6 one never are, whatever they carry. */
export function isPublicAddress(ip: string): boolean {
  // ipaddr.js takes octal and shortened spellings, which no resolver answers
  if (isIP(ip) === 0) return false
  if (insideOnly.has(ip)) return false
  const address = ipaddr.parse(ip)
  if (address.range() !== 'unicast') return false
  // what is in no table of ranges is not yet given to anybody
  return address.kind() === 'ipv4' || address.match(globalUnicastV6)
}

/** `host:port` as lists of allowed addresses spell it; the port is never left out. */
export function hostAndPort({ hostname, port, protocol }: Pick<URL, 'hostname' | 'port' | 'protocol'>): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/**
 * The URL, if one may connect to it as far as its text tells; throws SourceBlockedError. Names are checked again by
 * what they resolve to. `allow` lists each `host:port` that is exempt from the rules for addresses and ports.
 */
export function checkUrl(text: string, { allow }: { allow: readonly string[] }): URL {
  if (text.length > maxLength) throw new SourceBlockedError(`The URL is longer than ${maxLength} characters.`)
  const url = parse(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SourceBlockedError(`The URL begins with ${url.protocol}, not with http: or https:.`)
  }
  if (url.username !== '' || url.password !== '') throw new SourceBlockedError('The URL contains a user or a password.')
  // the same host: one spelling for its limits, its robots.txt and the list
  url.hostname = url.hostname.replace(/\.$/, '')
  url.hash = ''
  if (!isListed(url, allow)) checkPlace(url)
  return url
}

export function isListed(url: Pick<URL, 'hostname' | 'port' | 'protocol'>, allow: readonly string[]): boolean {
  const place = hostAndPort(url)
  return allow.some((entry) => entry.toLowerCase() === place)
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw new SourceBlockedError('The URL is not valid.', { cause })
  }
}

function checkPlace(url: URL): void {
  const { hostname } = url
  if (!/:(80|443)$/.test(hostAndPort(url))) {
    throw new SourceBlockedError(`The URL asks for port ${url.port}; only 80 and 443 are allowed.`)
  }
  const literal = hostname.replace(/^\[|\]$/g, '')
  // nothing looks these up, so nothing else would check them
  const open = isIP(literal) === 0 ? isPublicName(hostname) : isPublicAddress(literal)
  if (!open) throw new SourceBlockedError(`The host ${hostname} is not public.`)
}

function isPublicName(hostname: string): boolean {
  const labels = hostname.split('.')
  return labels.length > 1 && !labels.includes('') && !privateNames.test(hostname)
}

/**
 * A `lookup` for the connection itself: what it has checked is what is connected to, so a name that answers differently
 * the next time gains nothing. One address that `accepts` does not take refuses the name, with SourceBlockedError.
 */
export function guardedLookup(resolve: Resolve, accepts: (address: string) => boolean): LookupFunction {
  return (hostname, { all, family }, callback) => {
    const found = resolve(hostname).then((answers) => {
      if (!answers.every(({ address }) => accepts(address))) {
        // not which one: a name inside tells nobody outside where it leads
        throw new SourceBlockedError(`The host ${hostname} is not public.`)
      }
      const wanted = family === 4 || family === 6 ? answers.filter((answer) => answer.family === family) : answers
      const [first] = wanted
      if (!first) throw Object.assign(new Error(`${hostname} has no address.`), { code: 'ENOTFOUND' })
      return { first, wanted }
    })
    found.then(
      ({ first, wanted }) => (all ? callback(null, [...wanted]) : callback(null, first.address, first.family)),
      (error: NodeJS.ErrnoException) => callback(error, all ? [] : ''),
    )
  }
}
