import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../support/server.ts'
import { type Accepted, countUnfinishedRuns, upload } from './api.ts'
import { checkApi } from './check-api.ts'
import { checkData } from './check-data.ts'
import type { CrashPlan } from './crash-plan.ts'
import type { Picture } from './pictures.ts'
import type { Site } from './site.ts'

/** One service: what it is sent, and where it is killed. */
export interface Life {
  crash: CrashPlan
  pictures: readonly Picture[]
}

export interface RoundResult {
  /** the lives that ended as they were planned to */
  crashed: CrashPlan[]
  accepted: number
  lost: number
  violations: string[]
}

const finishMs = 90_000

/** Lets services live and be killed on a site, then one finish everything, and checks what they leave. */
export async function runRound(site: Site, lives: readonly Life[]): Promise<RoundResult> {
  const result: RoundResult = { crashed: [], accepted: 0, lost: 0, violations: [] }
  const before = site.accepted.length
  try {
    let unanswered: readonly Picture[] = []
    for (const { crash, pictures } of lives) {
      site.sent.push(...pictures)
      unanswered = await live(site, crash, [...unanswered, ...pictures], result)
    }
    await finish(site, unanswered, result, before)
    result.violations.push(...(await checkData(site)))
  } catch (error) {
    result.violations.push(`The round broke off: ${(error as Error).message}`)
  }
  result.accepted = site.accepted.length - before
  return result
}

/** Resolves when the service is dead; returns the pictures that it has not answered. */
async function live(
  site: Site,
  crash: CrashPlan,
  pictures: readonly Picture[],
  result: RoundResult,
): Promise<readonly Picture[]> {
  await using server = await site.start(crash)
  const unanswered = server ? await use(site, server, crash, pictures) : pictures
  const ending = server ? await server.stop('SIGTERM') : 'SIGKILL'
  if (ending === 'SIGKILL') result.crashed.push(crash)
  else if (ending !== 0) result.violations.push(`A service ended by itself with ${ending}.`)
  if (!(await site.bury())) result.violations.push(`A service killed ${crash.point} left its image host behind.`)
  return unanswered
}

/** Uploads, and waits for the crash, or until there is nothing left that could lead to it. */
async function use(
  site: Site,
  server: Server,
  { delayMs }: CrashPlan,
  pictures: readonly Picture[],
): Promise<readonly Picture[]> {
  const sent = await uploadAll(site, server, pictures)
  const idle = untilIdle(server.url).then(() => sleep(delayMs + 200))
  const idleOrDead = idle.catch((error: unknown) => (isCutOff(error) ? server.ended : Promise.reject(error)))
  await Promise.race([server.ended, idleOrDead])
  return sent
}

/** All at once; returns those without an answer. A refusal is an answer that no picture here should get. */
async function uploadAll(site: Site, server: Server, pictures: readonly Picture[]): Promise<readonly Picture[]> {
  const results = await Promise.allSettled(pictures.map((picture) => upload(server.url, picture)))
  site.accepted.push(...results.flatMap((each): Accepted[] => (each.status === 'fulfilled' ? [each.value] : [])))
  for (const each of results) if (each.status === 'rejected' && !isCutOff(each.reason)) throw each.reason
  return pictures.filter((_, index) => results[index]?.status === 'rejected')
}

/** fetch tells of a connection that broke with a TypeError, before the answer and in it */
function isCutOff(error: unknown): boolean {
  return error instanceof TypeError
}

async function untilIdle(url: string): Promise<void> {
  const end = Date.now() + finishMs
  while ((await countUnfinishedRuns(url)) > 0) {
    if (Date.now() > end) throw new Error(`Runs are unfinished after ${finishMs / 1000} s.`)
    await sleep(50)
  }
}

async function finish(site: Site, unanswered: readonly Picture[], result: RoundResult, before: number): Promise<void> {
  await using server = await site.start(null)
  if (!server) throw new Error('A service without a crash was killed.')
  const left = await uploadAll(site, server, unanswered)
  if (left.length > 0) result.violations.push(`${left.length} uploads were cut off without a crash.`)
  await untilIdle(server.url).catch((error: Error) => result.violations.push(error.message))
  const { lost, violations } = await checkApi(server.url, site.accepted, site.accepted.slice(before))
  result.lost = lost
  result.violations.push(...violations)
  const ending = await server.stop('SIGTERM')
  if (ending !== 0) result.violations.push(`The last service ended with ${ending}.`)
  if (!(await site.bury())) result.violations.push('The last service left its image host behind.')
}
