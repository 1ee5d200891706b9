import { describe, expect, it } from 'vitest'
import { createEngine } from '../support/engine.ts'

describe('a claim on PostgreSQL', () => {
  it('takes from the next run while somebody holds the one whose turn it is', async () => {
    await using engine = await createEngine()
    const [first, second] = [await engine.start(1), await engine.start(1)]
    const claim = await engine.db.$transaction(async (tx) => {
      await tx.run.update({ where: { id: first.id }, data: { hasIssues: true } })
      return engine.mustClaim()
    })
    expect(claim.runId).toBe(second.id)
    expect((await engine.mustClaim()).runId).toBe(first.id)
  })

  it('waits for the only run that has anything to do', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    let claiming: Promise<{ runId: string }> | undefined
    await engine.db.$transaction(async (tx) => {
      await tx.run.update({ where: { id: run.id }, data: { hasIssues: true } })
      claiming = engine.mustClaim()
      await tx.$executeRaw`SELECT pg_sleep(0.2)`
    })
    expect((await claiming)?.runId).toBe(run.id)
  })
})
