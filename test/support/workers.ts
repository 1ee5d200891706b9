import { execFileSync } from 'node:child_process'

/** Makes what test/support/host-program.ts names. */
export default function buildWorkers(): void {
  execFileSync('npx', ['tsc', '-p', 'test/support/workers.tsconfig.json'], { stdio: 'pipe' })
}
