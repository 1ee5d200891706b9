import { createWorker } from './app-worker.ts'
import { runProcess } from './run-process.ts'

await runProcess(process.env, async (config, log) => {
  const worker = await createWorker(config, log)
  log.info({ url: worker.url, concurrency: config.work.concurrency }, 'Greenroom works')
  return worker
})
