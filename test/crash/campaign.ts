import { countOrphanOriginals } from './check-data.ts'
import { type CrashPoint, crashPoints, rollCrash } from './crash-plan.ts'
import { createDice, type Dice } from './dice.ts'
import { rollPicture } from './pictures.ts'
import { type Life, type RoundResult, runRound } from './round.ts'
import { createSite, type Site } from './site.ts'

/** What is checked grows with a site, so it is given up for a new one. */
const roundsPerSite = 10

export interface Round {
  number: number
  point: CrashPoint
  lives: readonly Life[]
  result: RoundResult
  /** the DATA_DIR, where something was wrong with it; null: it is in use or gone */
  kept: string | null
}

export interface Campaign extends AsyncDisposable {
  /** one more round, at the next point */
  next(): Promise<Round>
  /** removes the folders in use; returns how many originals of unanswered uploads lay in all there were */
  end(): Promise<number>
}

/** Rounds at these points in turn; the rounds of one point share a DATA_DIR, so that mixed states are recovered too. */
export function createCampaign(seed: number, points: readonly CrashPoint[]): Campaign {
  const sites = new Map<CrashPoint, { site: Site; rounds: number }>()
  let number = 0
  let orphans = 0

  async function leave(point: CrashPoint, site: Site): Promise<void> {
    sites.delete(point)
    orphans += await countOrphanOriginals(site)
    await site[Symbol.asyncDispose]()
  }

  async function end(): Promise<number> {
    for (const [point, { site }] of [...sites]) await leave(point, site)
    return orphans
  }

  return {
    async next() {
      const point = points[number % points.length] ?? 'random'
      number += 1
      const used = sites.get(point) ?? { site: await createSite(), rounds: 0 }
      const { site } = used
      used.rounds += 1
      sites.set(point, used)
      const lives = await rollLives(createDice(seed + number), point, site)
      const result = await runRound(site, lives)
      const wrong = result.violations.length > 0
      // every round to come would tell of it again
      if (wrong) sites.delete(point)
      else if (used.rounds === roundsPerSite) await leave(point, site)
      return { number, point, lives, result, kept: wrong ? site.dataDir : null }
    },
    end,
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}

/** A life that ends at the point, and now and then one or two more that end there or elsewhere. */
async function rollLives(dice: Dice, point: CrashPoint, site: Site): Promise<Life[]> {
  const lives = [{ crash: rollCrash(dice, point), pictures: await rollPictures(dice, 2, 3, site) }]
  while (lives.length < 3 && dice.chance(0.4)) {
    const crash = rollCrash(dice, dice.chance(0.5) ? point : dice.pick(crashPoints))
    lives.push({ crash, pictures: await rollPictures(dice, 0, 1, site) })
  }
  return lives
}

async function rollPictures(dice: Dice, min: number, max: number, { sent }: Site) {
  const pictures = []
  for (let left = dice.between(min, max); left > 0; left -= 1) pictures.push(await rollPicture(dice, sent))
  return pictures
}
