import type { TestApp } from './app.ts'

/** What an action costs the database: the least of three times, since the dispatcher looks for work now and then. */
export async function queriesOf(app: TestApp, action: () => Promise<unknown>): Promise<number> {
  return Math.min(await countQueries(app, action), await countQueries(app, action), await countQueries(app, action))
}

async function countQueries(app: TestApp, action: () => Promise<unknown>): Promise<number> {
  let count = 0
  let counting = true
  const { db } = app as unknown as { db: { $on(event: 'query', listener: () => void): void } }
  db.$on('query', () => {
    if (counting) count += 1
  })
  await action()
  counting = false
  return count
}
