import { execFileSync } from 'node:child_process'
import { watchForLeftovers } from './leftovers.ts'
import { oncePerRun } from './once-per-run.ts'

/** Makes what test/support/host-program.ts names. */
export default function buildWorkers(): () => void {
  oncePerRun('SERVICE', () => execFileSync('npm', ['run', 'bundle:service'], { stdio: 'pipe' }))
  return watchForLeftovers()
}
