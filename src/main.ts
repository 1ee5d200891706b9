import { createApp } from './app.ts'
import { runProcess } from './run-process.ts'

await runProcess(process.env, async (config, log) => {
  const app = await createApp(config, log)
  log.info({ url: app.url, graphiql: `${app.url}/graphql` }, 'Greenroom is listening')
  return app
})
