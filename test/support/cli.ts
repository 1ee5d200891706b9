import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { withDatabase } from './service-database.ts'

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs the built CLI with pipes; Ctrl-C comes once it has printed `interruptAfter`; `input` is what it may read. */
export async function greenroom(
  args: string[],
  env: Record<string, string>,
  interruptAfter?: string,
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/cli.js', ...args], {
    env: { PATH: process.env.PATH, ...(await withDatabase(env)) },
  })
  child.stdin.end(input)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => {
    const before = output.stdout
    output.stdout += text
    if (interruptAfter && !before.includes(interruptAfter) && output.stdout.includes(interruptAfter)) {
      child.kill('SIGINT')
    }
  })
  child.stderr.on('data', (text) => {
    output.stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, ...output }
}
