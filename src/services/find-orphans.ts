import type { Claim } from './claims.ts'
import { originalsFolder } from './original-keys.ts'
import type { Orphan, Orphans } from './orphans.ts'
import { firstScope } from './run-scope.ts'
import type { Finding, Tasks } from './tasks.ts'
import type { Job } from './work-on-task.ts'

/** How many are reported in one transaction. */
const batchSize = 100

/** The job that looks through a folder of storage for objects that nothing names, and deletes them when told to. */
export function createFindOrphans({ tasks, orphans }: { tasks: Tasks; orphans: Orphans }): Job {
  /** False when it has come to be named meanwhile. */
  async function remove(claim: Claim, orphan: Orphan): Promise<boolean> {
    // who has lost the task must not delete anything more
    await tasks.check(claim)
    return orphan.remove()
  }

  async function search(claim: Claim, fix: boolean, signal: AbortSignal): Promise<number> {
    let found = 0
    let findings: Finding[] = []
    const report = async () => {
      const batch = findings
      findings = []
      if (batch.length > 0) await tasks.report(claim, batch)
    }
    try {
      for await (const orphan of orphans.find(claim.subject, signal)) {
        if (fix && !(await remove(claim, orphan))) continue
        found += 1
        findings.push(describe(orphan, claim.subject, fix))
        if (findings.length >= batchSize) await report()
      }
    } finally {
      // what is deleted is on record, whatever ended the search
      await report()
    }
    return found
  }

  return async (claim, signal, stages) => {
    const scope = firstScope(claim.scope)
    const fix = scope.kind === 'RECONCILE' && scope.fix
    const found = await stages.run('STORE', () => search(claim, fix, signal))
    if (found > 0) await tasks.succeed(claim)
    else await tasks.skip(claim, `Everything below ${claim.subject} is named.`)
  }
}

/** The key of an original is nobody's business. */
function describe({ key, byteSize }: Orphan, folder: string, deleted: boolean): Finding {
  const name = folder === originalsFolder ? 'An original' : key
  const fate = deleted ? 'is deleted: nothing named it' : 'is named by nothing'
  return { type: 'OBJECT_ORPHANED', message: `${name} of ${byteSize} bytes ${fate}.` }
}
