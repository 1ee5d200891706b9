import { execFileSync } from 'node:child_process'
import { watchForLeftovers } from './leftovers.ts'

/** Names the process that has built dist/: each project of a run calls this anew, in a module of its own. */
const marker = 'DIST_BUILT_BY'

/** What runs in production is what is tested: dist/, made by the same command, once in a run. */
export default function build(): () => void {
  if (process.env[marker] !== String(process.pid)) {
    execFileSync('npm', ['run', 'build'], { stdio: 'pipe' })
    process.env[marker] = String(process.pid)
  }
  return watchForLeftovers()
}
