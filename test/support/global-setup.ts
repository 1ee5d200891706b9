import type { TestProject } from 'vitest/node'
import { watchForLeftovers } from './leftovers.ts'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** of a throw-away server, or null where none is installed */
    postgresUrl: string | null
  }
}

export default async function setup(project: TestProject) {
  const postgres = await startPostgres()
  const checkLeftovers = watchForLeftovers()
  project.provide('postgresUrl', postgres?.url ?? null)
  return async () => {
    await postgres?.stop()
    checkLeftovers()
  }
}
