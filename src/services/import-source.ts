import { acceptedMimeTypes } from './image-header.ts'
import { firstScope } from './run-scope.ts'
import type { TakeIn } from './take-in.ts'
import type { Job } from './work-on-task.ts'

/** The job that takes in what an address of an import holds. */
export function createImportSource({ takeIn }: { takeIn: TakeIn }): Job {
  return async (claim, signal, stages) => {
    const first = firstScope(claim.scope)
    if (first.kind !== 'IMPORT') throw new Error(`${claim.subject} is not to be fetched.`)
    const { artistName, venueTag, recipes } = first
    const rules = { source: 'URL', mimeTypes: acceptedMimeTypes, obeyRobots: false } as const
    await takeIn(claim, claim.subject, { artistName, venueTag, recipes, ...rules }, signal, stages)
  }
}
