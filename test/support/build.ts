import { execFileSync } from 'node:child_process'
import { watchForLeftovers } from './leftovers.ts'

/** What runs in production is what is tested: dist/, made by the same command. */
export default function build(): () => void {
  execFileSync('npm', ['run', 'build'], { stdio: 'pipe' })
  return watchForLeftovers()
}
