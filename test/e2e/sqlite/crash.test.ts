import { describe, it } from 'vitest'
import { type CrashPlan, crashPoints, rollCrash } from '../../crash/crash-plan.ts'
import { createDice } from '../../crash/dice.ts'
import { damaged, whole } from '../../crash/pictures.ts'
import { type Life, runRound } from '../../crash/round.ts'
import { readRows } from '../../crash/rows.ts'
import { createSite } from '../../crash/site.ts'

/** Each costs a start of the service; KILLS=20 for more. */
const kills = Number(process.env.KILLS ?? 3)

// at once: a service that starts keeps one core busy
describe.concurrent('the built service, killed at every step of the way', { timeout: 300_000 }, () => {
  it('keeps what it accepted, and does nothing twice', async ({ expect }) => {
    await using site = await createSite()
    const dice = createDice(7)
    const points = [...crashPoints, 'random'] as const
    const lives: Life[] = []
    for (const point of points) {
      const crash: CrashPlan = { ...rollCrash(dice, point), count: 1 }
      lives.push({
        crash,
        pictures: [await whole(300, 225), point === 'after-claim' ? await damaged() : await whole(400, 300)],
      })
    }
    const result = await runRound(site, lives)
    expect(result.violations).toEqual([])
    expect(result.crashed.map(({ point }) => point)).toEqual(points)
    expect(result.accepted).toBe(2 * points.length)
    expect(result.lost).toBe(0)
  })

  it(`brings an image to READY at its first attempt though it was killed ${kills} times while it encoded`, async ({
    expect,
  }) => {
    await using site = await createSite({ threads: 1 })
    const crash: CrashPlan = { point: 'mid-encode', count: 1, delayMs: 1 }
    const picture = await whole(700, 525)
    const lives = Array.from({ length: kills }, (_, index): Life => ({ crash, pictures: index === 0 ? [picture] : [] }))
    const result = await runRound(site, lives)
    expect(result.violations).toEqual([])
    expect(result.crashed).toHaveLength(kills)
    expect((await readRows(site.dataDir)).tasks).toMatchObject([{ status: 'SUCCEEDED', attempt: 1, crashes: 0 }])
  })
})
