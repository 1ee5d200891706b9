import type { TestApp } from './app.ts'

/** What an action costs the database: the least of five times, since the service looks for work now and then. */
export async function queriesOf(app: TestApp, action: () => Promise<unknown>): Promise<number> {
  const counts: number[] = []
  for (let time = 0; time < 5; time += 1) counts.push(await countQueries(app, action))
  return Math.min(...counts)
}

/** Of those queries that name this, once. */
export async function countQueries(app: TestApp, action: () => Promise<unknown>, naming = ''): Promise<number> {
  let count = 0
  let counting = true
  type Listener = (event: { query: string }) => void
  const { db } = app as unknown as { db: { $on(event: 'query', listener: Listener): void } }
  db.$on('query', ({ query }) => {
    if (counting && query.includes(naming)) count += 1
  })
  await action()
  counting = false
  return count
}
