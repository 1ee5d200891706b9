import { execFileSync } from 'node:child_process'
import { watchForLeftovers } from './leftovers.ts'
import { oncePerRun } from './once-per-run.ts'

/** What runs in production is what is tested: dist/, made by the same commands, once in a run. */
export default function build(): () => void {
  oncePerRun('SERVICE', () => execFileSync('npm', ['run', 'bundle:service'], { stdio: 'pipe' }))
  oncePerRun('DASHBOARD', () => execFileSync('npm', ['run', 'build:dashboard'], { stdio: 'pipe' }))
  return watchForLeftovers()
}
