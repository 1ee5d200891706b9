import { itself } from '../src/services/asker.ts'
import { createBell } from '../src/services/bell.ts'
import { createClaims } from '../src/services/claims.ts'
import { dialects } from '../src/services/db/sql.ts'
import { startImageRun } from '../src/services/runs.ts'
import { createTasks } from '../src/services/tasks.ts'
import { imageRow } from '../test/support/rows.ts'
import { onEachDatabase } from './databases.ts'
import { median, print, timed } from './figures.ts'
import type { BenchOptions } from './options.ts'

const tasks = 600
const scope = { kind: 'UPLOAD' as const, recipes: ['presets'] }

/** Claims and finished tasks a second, by 1 and by 8 workers that have nothing else to do. */
export async function benchClaims({ rounds = 5 }: BenchOptions): Promise<void> {
  print(`claims: ${tasks} tasks, each claimed and ended; median of ${rounds} rounds`)
  await onEachDatabase(async ({ db }, provider) => {
    const bell = createBell()
    const claims = createClaims({ db, dialect: dialects[provider], bell, leaseMs: 30_000 })
    const ends = createTasks({ db, bell, leaseMs: 30_000 })
    const work = async () => {
      for (let claim = await claims.claim(); claim; claim = await claims.claim()) await ends.succeed(claim)
    }
    for (const workers of [1, 8]) {
      const rates: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        const images = await db.image.createManyAndReturn({ data: Array.from({ length: tasks }, imageRow) })
        await db.$transaction((tx) => startImageRun(tx, scope, images, itself))
        const { ms } = await timed(() => Promise.all(Array.from({ length: workers }, work)))
        rates.push(tasks / (ms / 1000))
      }
      print(`  ${provider.padEnd(10)} ${workers} worker${workers > 1 ? 's' : ' '}: ${median(rates).toFixed(0)} tasks/s`)
    }
  })
}
