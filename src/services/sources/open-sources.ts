import type { OpenDb } from '../db/open-db.ts'
import type { SweepLimits } from '../storage/temp-files.ts'
import { checkUrl } from './address-guard.ts'
import { createFleetPlaces } from './fleet-places.ts'
import { createHostLimiter } from './host-limiter.ts'
import { createRobots } from './robots.ts'
import { createRobotsText } from './robots-text.ts'
import { createSourceClient, type SourceClient } from './source-client.ts'
import { createSourceWeb } from './source-web.ts'

export interface Sources extends AsyncDisposable {
  client: SourceClient
  /** the address, when it may be fetched as far as can be told without asking for its host; throws SourceBlockedError */
  check(url: string): URL
  /** as that of a disk store */
  sweepTemp(limits: SweepLimits): Promise<number>
}

interface Settings {
  allow: readonly string[]
  tempDir: string
}

const userAgent = 'GreenroomImageBot/1.0'

/**
 * Everything that fetches from other people's servers, with one limiter for all of it; on PostgreSQL for all that
 * processes on it fetch.
 */
export function openSources({ allow, tempDir }: Settings, { db, provider }: Pick<OpenDb, 'db' | 'provider'>): Sources {
  const places = provider === 'postgresql' ? createFleetPlaces({ db }) : undefined
  const web = createSourceWeb({ allow, userAgent, limiter: createHostLimiter({}, places) })
  const robots = createRobots({ fetchText: createRobotsText(web), userAgent })
  const client = createSourceClient({ web, robots, tempDir })
  return {
    client,
    sweepTemp: client.sweepTemp,
    check: (url) => checkUrl(url, { allow }),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  }
}
