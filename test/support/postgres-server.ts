import type { TestProject } from 'vitest/node'
import type { Provider } from '../../src/services/db/open-db.ts'
import { watchForLeftovers } from './leftovers.ts'
import { createTemplate, startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** the database that the tests of a project are for */
    provider: Provider
    /** of a throw-away server, or null where none is installed */
    postgresUrl: string | null
  }
}

export default async function setup(project: TestProject) {
  const postgres = await startPostgres()
  const checkLeftovers = watchForLeftovers()
  if (postgres) await createTemplate(postgres.url)
  project.provide('postgresUrl', postgres?.url ?? null)
  return async () => {
    await postgres?.stop()
    checkLeftovers()
  }
}
