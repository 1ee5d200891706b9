import { createApp } from './app.ts'
import { loadConfig } from './config.ts'
import { describeEnd } from './errors.ts'
import { createLog } from './log.ts'
import { untilStopped } from './signals.ts'

/** The process: serves until a signal, then ends in order. */
async function main(): Promise<void> {
  const stopped = untilStopped()
  const config = loadConfig(process.env)
  const log = createLog(config.logLevel)
  await using app = await createApp(config, log)
  log.info({ url: app.url, graphiql: `${app.url}/graphql` }, 'Greenroom is listening')
  log.info({ signal: await stopped }, 'stopping')
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${describeEnd(error)}\n`)
  process.exitCode = 1
}
