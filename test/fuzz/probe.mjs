// Preloaded with `node --expose-gc --import` into the service under fuzz: on SIGUSR2 it writes what the process holds.
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const resources = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const { heapUsed, rss } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ vitals: { heapUsed, rss, resources } })}\n`)
})
