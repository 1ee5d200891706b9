import type { TestApp } from './app.ts'

/** What an action costs the database: the least of five times, since the service looks for work now and then. */
export async function queriesOf(app: TestApp, action: () => Promise<unknown>): Promise<number> {
  const counts: number[] = []
  for (let time = 0; time < 5; time += 1) counts.push(await countQueries(app, action))
  return Math.min(...counts)
}

interface Telling {
  $on(event: 'query', listener: (event: { query: string }) => void): void
}

/** All that each database was asked since somebody wanted to know. */
const asked = new WeakMap<Telling, string[]>()

function queriesTo(db: Telling): string[] {
  const known = asked.get(db)
  if (known) return known
  const queries: string[] = []
  asked.set(db, queries)
  db.$on('query', ({ query }) => queries.push(query))
  return queries
}

/** Of those queries that name this, once. */
export async function countQueries(app: TestApp, action: () => Promise<unknown>, naming = ''): Promise<number> {
  const queries = queriesTo(app.db as unknown as Telling)
  const before = queries.length
  await action()
  return queries.slice(before).filter((query) => query.includes(naming)).length
}
