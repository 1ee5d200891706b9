import { utimes } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Accepted, countUnfinishedRuns } from '../crash/api.ts'
import { checkApi } from '../crash/check-api.ts'
import { checkFiles, checkRows } from '../crash/check-data.ts'
import { createDice } from '../crash/dice.ts'
import type { Picture } from '../crash/pictures.ts'
import { lookInto } from '../fleet/database.ts'
import { injectFaults } from '../fleet/faults.ts'
import { describeFigures } from '../fleet/figures.ts'
import { persist } from '../fleet/persist.ts'
import { noise, sendBatch, sendOne } from '../fleet/send.ts'
import { type Watched, watchAnswers, watchToEnd } from '../fleet/watch.ts'
import { filesBelow } from '../support/files.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { postgresFolder, redisServer } from '../support/installed.ts'

/** FLEET_IMAGES=5000 for more. */
const total = Number(process.env.FLEET_IMAGES ?? 500)
const singles = Math.round(total / 10)
const batchSize = 50
const seed = 11

/** As if the hour had passed after which a temporary file is nobody's. */
async function ageTempFiles(dataDir: string): Promise<number> {
  const long = new Date(Date.now() - 2 * 3_600_000)
  const files = (await filesBelow(dataDir)).filter((file) => /\.(tmp|checkouts|downloads)\//.test(file))
  for (const file of files) await utimes(path.join(dataDir, file), long, long)
  return files.length
}

/** Sends everything through both servers, as several clients would, and follows every batch on both. */
async function sendAll({ urls }: Fleet, pictures: readonly Picture[]) {
  const accepted: Accepted[] = []
  const watching: Promise<Watched>[] = []
  const turned = [...urls].reverse()

  async function sendBatches(first: number): Promise<void> {
    for (let from = singles + first * batchSize; from < total; from += 3 * batchSize) {
      const order = (from / batchSize) % 2 === 0 ? urls : turned
      const batch = await sendBatch(order, pictures.slice(from, from + batchSize), `Artist ${from}`)
      watching.push(...urls.map((url) => watchToEnd(url, batch.runId)))
    }
  }
  async function sendSingles(): Promise<void> {
    for (const [index, picture] of pictures.slice(0, singles).entries()) {
      accepted.push(await sendOne(index % 2 === 0 ? urls : turned, picture, `Artist ${index % 5}`))
    }
  }
  await Promise.all([sendBatches(0), sendBatches(1), sendBatches(2), sendSingles()])
  return { accepted, watched: await Promise.all(watching) }
}

async function untilIdle({ urls }: Fleet): Promise<void> {
  while ((await persist(urls, countUnfinishedRuns)) > 0) await sleep(100)
}

describe.runIf(postgresFolder && redisServer)('a fleet of two servers and three workers', () => {
  it('does every image once, and tells it without a gap, whatever is killed, restarted or away', {
    timeout: 300_000,
  }, async () => {
    const pictures = await Promise.all(Array.from({ length: total }, noise))
    await using fleet = await startFleet({ servers: 2, workers: 3, env: { LEASE_SECONDS: '5', CONCURRENCY: '2' } })
    const database = lookInto(fleet.postgres.url)
    const begun = Date.now()
    const stop = new AbortController()
    const answers = watchAnswers(fleet.urls, stop.signal)
    const [{ accepted, watched }, faults] = await Promise.all([
      sendAll(fleet, pictures),
      injectFaults(fleet, {
        done: async () => (await database.doneTasks()) / total,
        dice: createDice(seed),
        maxKills: 8,
      }),
    ])
    await untilIdle(fleet)
    const tookMs = Date.now() - begun
    stop.abort()
    const { answers: answerCount, problems } = await answers

    expect(await fleet.end()).toEqual([])
    const violations = [...faults.problems, ...problems, ...watched.flatMap((each) => each.problems)]
    violations.push(...(await database.violations()))
    const [rows, images, left] = [
      await database.rows(),
      await database.count('"Image"'),
      await ageTempFiles(fleet.dataDir),
    ]
    violations.push(...checkRows(rows))
    await using server = await fleet.startServer()
    violations.push(...(await checkFiles(fleet.dataDir, rows)))
    const { lost, violations: ofApi } = await checkApi(server.url, accepted, accepted.slice(0, 10))
    violations.push(...ofApi)
    expect(await server.stop('SIGTERM')).toBe(0)

    const counts = {
      requeues: await database.requeues(),
      doneBefore: await database.doneBefore(),
      retries: await database.retries(),
    }
    process.stdout.write(
      describeFigures({
        images,
        lost: total - images + lost,
        tookMs,
        faults,
        watched,
        ...counts,
        answerCount,
        left,
      }),
    )
    expect(violations).toEqual([])
    expect(images).toBe(total)
    expect(lost).toBe(0)
    expect(faults.kills).toBeGreaterThan(2)
  })
})
