import type { Claim } from './claims.ts'
import type { Orphan, Orphans } from './orphans.ts'
import { firstScope } from './run-scope.ts'
import type { Finding, Tasks } from './tasks.ts'
import type { Job } from './work-on-task.ts'

/** How many are reported in one transaction. */
const batchSize = 100

/** The job that looks through a folder of storage for objects that nothing names, and deletes them when told to. */
export function createFindOrphans({ tasks, orphans }: { tasks: Tasks; orphans: Orphans }): Job {
  async function search(claim: Claim, signal: AbortSignal): Promise<number> {
    const { fix } = { fix: false, ...firstScope(claim.scope) }
    let found = 0
    let findings: Finding[] = []
    for await (const orphan of orphans.find(claim.subject, signal)) {
      signal.throwIfAborted()
      if (fix) await orphan.remove()
      found += 1
      findings.push(describe(orphan, claim.subject, fix))
      if (findings.length < batchSize) continue
      await tasks.report(claim, findings)
      findings = []
    }
    if (findings.length > 0) await tasks.report(claim, findings)
    return found
  }

  return async (claim, signal, stages) => {
    const found = await stages.run('STORE', () => search(claim, signal))
    if (found > 0) await tasks.succeed(claim, stages.durations)
    else await tasks.skip(claim, `Everything below ${claim.subject} is named.`)
  }
}

/** The key of an original is nobody's business. */
function describe({ key, byteSize }: Orphan, folder: string, deleted: boolean): Finding {
  const name = folder === 'originals/' ? 'An original' : key
  const fate = deleted ? 'is deleted: nothing named it' : 'is named by nothing'
  return { type: 'OBJECT_ORPHANED', message: `${name} of ${byteSize} bytes ${fate}.` }
}
