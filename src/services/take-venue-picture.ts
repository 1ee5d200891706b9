import { AppError, SourceUnavailableError, StorageNotConfiguredError, StorageUnavailableError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ListedImage } from '../venues/listing.ts'
import { type Claim, taskNames } from './claims.ts'
import type { Db } from './db/open-db.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import { firstScope } from './run-scope.ts'
import { maxAttempts } from './settle-task.ts'
import type { TakeIn } from './take-in.ts'
import type { Tasks } from './tasks.ts'
import { listedImages, parseBillingSubject } from './venue-events.ts'
import type { VenueHosts } from './venue-hosts.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  db: Db
  tasks: Tasks
  takeIn: TakeIn
  hosts: VenueHosts
  log: Log
}

/** What venues may send (requirement A051). */
const mimeTypes = ['image/jpeg', 'image/png']

/** The job that takes in the picture of an artist at a venue: the first good one of those that the pages list. */
export function createTakeVenuePicture({ db, tasks, takeIn, hosts, log }: Deps): Job {
  // an address that two artists share is asked once
  const oneAtATime = createKeyedMutex()

  /**
   * Where the picture was found last is asked first, so that one that has not changed costs one request. None for what
   * somebody has deleted here: that a venue still lists it is no reason to bring it back.
   */
  async function addressesOf({ candidates }: ListedImage): Promise<string[] | 'deleted'> {
    const known = await db.source.findMany({
      where: { url: { in: candidates } },
      select: { url: true, image: { select: { deletedAt: true } } },
    })
    // one that was collected has no image any more
    if (known.some(({ image }) => !image || image.deletedAt)) return 'deleted'
    const urls = new Set(known.map(({ url }) => url))
    return [...candidates.filter((url) => urls.has(url)), ...candidates.filter((url) => !urls.has(url))]
  }

  /** Throws what went wrong with the last address when none of them has the picture. */
  async function takeFirst(claim: Claim, addresses: readonly string[], take: (url: string) => Promise<void>) {
    const refusals: AppError[] = []
    const tryToTake = async (url: string) => {
      try {
        await take(url)
        return true
      } catch (error) {
        if (!(error instanceof AppError) || !isOfAddress(error, claim.attempt)) throw error
        log.info({ ...taskNames(claim), url, code: error.code, reason: error.message }, 'no picture there')
        refusals.push(error)
        return false
      }
    }
    for (const url of addresses) if (await tryToTake(url)) return
    const last = refusals.at(-1)
    if (last) throw refusals.length > 1 ? last.about(`None of ${refusals.length} addresses has it; the last one`) : last
  }

  return async (claim, signal, stages) => {
    const scope = firstScope(claim.scope)
    if (scope.kind !== 'SCRAPE') throw new Error(`${claim.subject} is not to be looked for.`)
    const billing = parseBillingSubject(claim.subject)
    const { artistName, images } = await stages.run('PREPARE', () => listedImages(db, billing))
    const found: Awaited<ReturnType<typeof addressesOf>>[] = []
    for (const image of images) found.push(await addressesOf(image))
    const addresses = found.flatMap((each) => (each === 'deleted' ? [] : each))
    if (addresses.length === 0) return tasks.skip(claim, whyNone(claim, found.includes('deleted')))
    const { createdAt: freshSince } = await db.run.findUniqueOrThrow({ where: { id: claim.runId } })
    const { venueTag } = billing
    const rules = { source: 'VENUE', mimeTypes, obeyRobots: true, mayVisit: hosts.mayVisit, freshSince } as const
    const errand = { artistName, venueTag, recipes: scope.recipes, ...rules }
    await takeFirst(claim, addresses, (url) => oneAtATime(url, () => takeIn(claim, url, errand, signal, stages)))
  }
}

const whyNone = ({ subject }: Claim, wasDeleted: boolean) =>
  wasDeleted
    ? `The picture of ${subject} was deleted here; restore it to show it again.`
    : `${subject} has no picture on the page.`

/** It is the address that is no good, and another may be: not our storage, and nothing that passes. */
function isOfAddress(error: AppError, attempt: number): boolean {
  if (error instanceof StorageUnavailableError || error instanceof StorageNotConfiguredError) return false
  if (error instanceof SourceUnavailableError && !error.asked) return false
  // the last attempt goes on to the next address where the others wait for this one
  return !error.retryable || attempt >= maxAttempts
}
