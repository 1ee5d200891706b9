import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const prefix = 'greenroom-tests-'

/**
 * Gives the tests a folder of their own for temporary files, and returns a check for their end that fails when a file
 * or an image host is left. Of several projects in one run the first does, whose end comes last.
 */
export function watchForLeftovers(): () => void {
  if (process.env.TMPDIR && path.basename(process.env.TMPDIR).startsWith(prefix)) return () => {}
  const before = imageHosts()
  const dir = mkdtempSync(path.join(tmpdir(), prefix))
  // the user of a database server that is started later may pass
  chmodSync(dir, 0o711)
  const outer = process.env.TMPDIR
  process.env.TMPDIR = dir
  return () => {
    if (outer === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = outer
    // tsx keeps its cache there
    const files = readdirSync(dir).filter((name) => !name.startsWith('tsx-'))
    rmSync(dir, { recursive: true, force: true })
    const hosts = imageHosts().filter((pid) => !before.includes(pid))
    if (files.length + hosts.length > 0) {
      process.stderr.write(`The tests left files (${files.join(', ')}) or image hosts (${hosts.join(', ')}) behind.\n`)
      // vitest prints what a teardown throws, and ends with 0 all the same
      process.exitCode = 1
    }
  }
}

/** The ids of all running image hosts of this checkout. */
function imageHosts(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.includes(`${process.cwd()}/`) && /workers\/host\.(ts|js)/.test(command)
    } catch {
      // it ended meanwhile
      return false
    }
  })
}
