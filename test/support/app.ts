import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import type { Log } from '../../src/log.ts'
import { createClient, type TestClient } from './client.ts'
import { createTestDatabase } from './databases.ts'

export interface TestApp extends App, TestClient {
  /** DATA_DIR */
  dir: string
  databaseUrl: string
}

interface Options {
  env?: Record<string, string>
  /** default: none */
  log?: Log
}

/** A whole service on a free port, with a folder and a database of its own; gone without a trace when disposed. */
export async function createTestApp({ env = {}, log }: Options = {}): Promise<TestApp> {
  await using resources = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-'))
  resources.defer(() => rm(dir, { recursive: true, force: true }))
  const database = resources.use(await createTestDatabase())
  const config = loadConfig({
    PORT: '0',
    DATA_DIR: dir,
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    RETRY_BASE_SECONDS: '0',
    ...env,
  })
  const app = resources.use(await createApp(config, log))
  const owned = resources.move()
  return {
    ...app,
    ...createClient(app),
    dir,
    databaseUrl: config.database.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
