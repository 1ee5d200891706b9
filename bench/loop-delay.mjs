// Preloaded with `node --import` into the built service, which knows nothing of it: measures how late its event loop is.
// SIGUSR2 writes what was since the last one into LOOP_DELAY_FILE, in milliseconds, and begins anew.
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const { LOOP_DELAY_FILE: file } = process.env
const resolution = 10
const delay = monitorEventLoopDelay({ resolution })
delay.enable()

// what is recorded is the time between two looks
const lateness = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution)

process.on('SIGUSR2', () => {
  writeFileSync(`${file}.new`, JSON.stringify({ p99Ms: lateness(delay.percentile(99)), maxMs: lateness(delay.max) }))
  renameSync(`${file}.new`, file)
  delay.reset()
})
