import { SourceBlockedError } from '../errors.ts'
import { parseImageUrl } from '../venues/image-url.ts'
import { venueSources } from '../venues/venue-list.ts'

interface Settings {
  /** the servers of the venues may be asked, not only what `allow` names */
  live: boolean
  /** each `host:port` of a mirror, which serves pages and pictures of any venue */
  allow: readonly string[]
}

export interface VenueHosts {
  /** the servers of the venues may be asked */
  readonly live: boolean
  /** as the parsers of addresses want them */
  readonly mirrorHosts: readonly string[]
  /** Throws SourceBlockedError for what is neither a mirror nor, where those may be asked, a venue or its image host. */
  mayVisit(url: URL): void
}

const pageHosts = new Set(Object.values(venueSources).flatMap(({ hosts }) => hosts))

/** Which servers a scrape may ask: other people's only when whoever runs the service has said so. */
export function createVenueHosts({ live, allow }: Settings): VenueHosts {
  const isKnown = (url: URL) => {
    if (pageHosts.has(url.hostname)) return true
    const parsed = parseImageUrl(url.href)
    return parsed.ok && parsed.allowed
  }
  return {
    live,
    mirrorHosts: allow.map((host) => host.replace(/:(80|443)$/, '')),
    mayVisit(url) {
      if (allow.includes(`${url.hostname}:${url.port || defaultPorts[url.protocol]}`)) return
      if (!isKnown(url))
        throw new SourceBlockedError(`The host ${url.hostname} belongs to no venue that is known here.`)
      if (live) return
      throw new SourceBlockedError(`The venues' own servers, as ${url.hostname}, are only asked with SCRAPE_LIVE=true.`)
    },
  }
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }
