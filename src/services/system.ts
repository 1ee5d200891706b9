import type { EdgeHealth, WatchedEdges } from './edge-health.ts'
import type { Levels } from './levels.ts'
import type { Stores } from './storage/open-stores.ts'

export type EdgeKind = 'DISK' | 'BUCKET' | 'FILE' | 'CLOUDFLARE'

export interface Edge extends EdgeHealth {
  kind: EdgeKind
  /** for people; no secret, and no folder of the machine */
  place: string
}

/** What runs, and how it does at a moment. */
export interface System {
  version: string
  /** of sharp, libvips and what they encode with, in one line */
  encoder: string
  startedAt: Date
  /** bytes */
  resident: number
  limits: { threads: number; megapixels: number }
  levels: Levels
  storage: Edge
  d1: Edge
}

interface Deps {
  levels: () => Promise<Levels>
  stores: Pick<Stores, 'downSince'>
  edges: WatchedEdges
  settings: {
    version: string
    encoder: string
    limits: System['limits']
    storage: { url: string; originalsUrl: string }
    d1: { file: string; cloudflare: { databaseId: string } | null }
  }
}

export type ReadSystem = () => Promise<System>

export function createSystem({ levels, stores, edges, settings }: Deps): ReadSystem {
  const { version, encoder, limits } = settings
  const startedAt = new Date(performance.timeOrigin)
  const storagePlace = placeOfStorage(settings.storage)
  const d1Place = placeOfD1(settings.d1)
  return async () => ({
    version,
    encoder,
    startedAt,
    limits,
    // first, since its look at the storage is what the rest tells of
    levels: await levels(),
    resident: process.memoryUsage.rss(),
    storage: { ...storagePlace, lastSuccessAt: edges.storage.lastSuccessAt, downSince: stores.downSince() },
    d1: { ...d1Place, ...edges.d1 },
  })
}

type Place = Pick<Edge, 'kind' | 'place'>

function placeOfStorage({ url, originalsUrl }: Deps['settings']['storage']): Place {
  const apart = originalsUrl === url ? '' : `, originals ${nameOf(originalsUrl)}`
  return { kind: url.startsWith('file:') ? 'DISK' : 'BUCKET', place: `${nameOf(url)}${apart}` }
}

/** `s3://media/greenroom` is the bucket media/greenroom; of a folder only its own name is told. */
function nameOf(url: string): string {
  if (url.startsWith('file:')) return `the folder ${lastPartOf(url)}`
  return `the bucket ${url.replace(/^s3:\/\//, '').replace(/\/$/, '')}`
}

function placeOfD1({ cloudflare, file }: Deps['settings']['d1']): Place {
  return cloudflare
    ? { kind: 'CLOUDFLARE', place: `Cloudflare D1 ${cloudflare.databaseId}` }
    : { kind: 'FILE', place: `the file ${lastPartOf(file)}` }
}

const lastPartOf = (path: string) => path.split(/[/\\]/).filter(Boolean).at(-1) ?? ''
