import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gone } from '../support/processes.ts'
import { NotStartedError, type Server, startServer } from '../support/server.ts'
import type { Accepted } from './api.ts'
import { type CrashPlan, crashEnv } from './crash-plan.ts'
import type { Picture } from './pictures.ts'
import { readServiceLog, type ServiceLog } from './service-log.ts'

/** A DATA_DIR, and what the services that lived on it were sent and did, one after the other. */
export interface Site extends AsyncDisposable {
  dataDir: string
  accepted: Accepted[]
  sent: Picture[]
  logs: ServiceLog[]
  /** starts a service, armed with a crash unless null; null when it crashed before it listened */
  start(crash: CrashPlan | null): Promise<Server | null>
  /** reads what the service that has ended did; returns whether its image host is gone */
  bury(): Promise<boolean>
}

const preload = fileURLToPath(new URL('../support/crash-at.mjs', import.meta.url))

export async function createSite({ threads = 2 } = {}): Promise<Site> {
  const root = await mkdtemp(path.join(tmpdir(), 'greenroom-crash-'))
  const dataDir = path.join(root, 'data')
  await mkdir(dataDir)
  const logs: ServiceLog[] = []
  const logFile = () => path.join(root, `service-${logs.length + 1}.jsonl`)
  return {
    dataDir,
    accepted: [],
    sent: [],
    logs,
    async start(crash) {
      const env = {
        ...(crash && crashEnv(crash)),
        CRASH_LOG: logFile(),
        IMAGE_THREADS: String(threads),
        DEFAULT_RECIPES: 'presets,responsive',
      }
      try {
        return await startServer(dataDir, env, ['--import', preload])
      } catch (error) {
        if (crash && error instanceof NotStartedError && error.ending === 'SIGKILL') return null
        throw error
      }
    },
    async bury() {
      const log = await readServiceLog(logFile())
      logs.push(log)
      const left: number[] = []
      for (const pid of log.hostPids) if (!(await gone(pid))) left.push(pid)
      // it would hold on to the output that it shares with the service, and to whoever reads that
      for (const pid of left) process.kill(pid, 'SIGKILL')
      return left.length === 0
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  }
}
