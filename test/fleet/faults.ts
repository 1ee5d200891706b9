import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from '../crash/dice.ts'
import type { Fleet } from '../support/fleet.ts'

/** When something was away, for figures that are to be about the rest. */
export interface Outage {
  what: string
  fromMs: number
  toMs: number
}

export interface Faults {
  kills: number
  outages: Outage[]
  problems: string[]
}

interface Plan {
  /** resolves to the share of the work that is done, 0 to 1 */
  done(): Promise<number>
  dice: Dice
  maxKills: number
}

const redisAwayMs = 5_000
const postgresAwayMs = 1_000

/** Kills workers at random moments, and takes a server, Redis and PostgreSQL away, each once, while there is work. */
export async function injectFaults(fleet: Fleet, { done, dice, maxKills }: Plan): Promise<Faults> {
  const faults: Faults = { kills: 0, outages: [], problems: [] }
  let isOver = false

  async function killWorkers(): Promise<void> {
    while (!isOver && faults.kills < maxKills) {
      await sleep(dice.between(500, 2_500))
      if (isOver) return
      await fleet.killWorker(dice.between(0, 2))
      faults.kills += 1
    }
  }

  async function takeAway(what: string, share: number, away: () => Promise<void>): Promise<void> {
    while ((await done()) < share) await sleep(100)
    const fromMs = Date.now()
    await away()
    const outage = { what, fromMs, toMs: Date.now() }
    faults.outages.push(outage)
    if ((await done()) >= 1) faults.problems.push(`There was no work left when ${what} had been away.`)
  }

  const killing = killWorkers()
  await takeAway('a server', 0.1, async () => {
    const ending = await fleet.restartServer(1)
    if (ending !== 0) faults.problems.push(`A server that was restarted ended with ${ending}.`)
  })
  await takeAway('Redis', 0.25, async () => {
    await fleet.redis.down()
    await sleep(redisAwayMs)
    await fleet.redis.up()
  })
  await takeAway('PostgreSQL', 0.6, async () => {
    await fleet.postgres.down()
    await sleep(postgresAwayMs)
    await fleet.postgres.up()
  })
  isOver = true
  await killing
  return faults
}
