import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CrashPlan, crashPoints, rollCrash } from '../crash/crash-plan.ts'
import { createDice } from '../crash/dice.ts'
import { damaged, whole } from '../crash/pictures.ts'
import { type Life, runRound } from '../crash/round.ts'
import { readRows } from '../crash/rows.ts'
import { createSite, type Site } from '../crash/site.ts'

describe('the built service, killed at every step of the way', () => {
  let site: Site
  beforeEach(async () => {
    site = await createSite()
  })
  afterEach(() => site.remove())

  it('keeps what it accepted, and does nothing twice', async () => {
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

  it('brings an image to READY at its first attempt though it was killed 20 times while it encoded', async () => {
    const crash: CrashPlan = { point: 'mid-encode', count: 1, delayMs: 1 }
    const picture = await whole(1_000, 750)
    const lives = Array.from({ length: 20 }, (_, index): Life => ({ crash, pictures: index === 0 ? [picture] : [] }))
    const result = await runRound(site, lives)
    expect(result.violations).toEqual([])
    expect(result.crashed).toHaveLength(20)
    expect(readRows(site.dataDir).tasks).toMatchObject([{ status: 'SUCCEEDED', attempt: 1, crashes: 0 }])
  })
})
