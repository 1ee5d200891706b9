import { type Config, loadConfig } from './config.ts'
import { describeEnd } from './errors.ts'
import { createLog, type Log } from './log.ts'
import { untilStopped } from './signals.ts'

type Start = (config: Config, log: Log) => Promise<AsyncDisposable>

/** All of a process that serves or works: begun with its environment, it goes on until a signal, then ends in order. */
export async function runProcess(env: NodeJS.ProcessEnv, start: Start): Promise<void> {
  try {
    const stopped = untilStopped()
    const config = loadConfig(env)
    const log = createLog(config.logLevel)
    await using _running = await start(config, log)
    log.info({ signal: await stopped }, 'stopping')
  } catch (error) {
    process.stderr.write(`${describeEnd(error)}\n`)
    process.exitCode = 1
  }
}
