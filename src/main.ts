import { createApp } from './app.ts'
import { loadConfig } from './config.ts'
import { createLog } from './log.ts'

/** The process: a first signal ends it in order, a second one at once. */
async function main(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(1) : stop.abort(signal)))
  }
  const config = loadConfig(process.env)
  const log = createLog(config.logLevel)
  await using app = await createApp(config, log)
  log.info({ url: app.url, graphiql: `${app.url}/graphql` }, 'Greenroom is listening')
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
  log.info({ signal: stop.signal.reason }, 'stopping')
}

try {
  await main()
} catch (error) {
  // what the operator can mend is a sentence; the rest needs its stack
  const known = ['ConfigError', 'DatabaseInUseError', 'PortTakenError'].includes((error as Error).name)
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`)
  process.exitCode = 1
}
