import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type OpenDb, openDb, type Provider } from '../src/services/db/open-db.ts'
import { startPostgres } from '../test/support/postgres.ts'

/** Runs `work` on a fresh database of each kind that is installed, both as durable as in production. */
export async function onEachDatabase(work: (opened: OpenDb, provider: Provider) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-bench-'))
  const postgres = await startPostgres({ durable: true })
  try {
    for (const [provider, url] of [
      ['sqlite', `file:${path.join(dir, 'bench.db')}`],
      ['postgresql', postgres?.url],
    ] as const) {
      if (!url) continue
      await using opened = await openDb(url)
      await work(opened, provider)
    }
  } finally {
    await postgres?.stop()
    await rm(dir, { recursive: true, force: true })
  }
}
