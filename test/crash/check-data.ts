import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { filesBelow } from '../support/files.ts'
import { checkEncodes, checkPuts } from './check-work.ts'
import { type Rows, readRows } from './rows.ts'
import type { Site } from './site.ts'

/** What the disk and the database of a service that has ended say, and whether any of its work was done twice. */
export async function checkData(site: Site): Promise<string[]> {
  const rows = await readRows(site.dataDir)
  return [
    ...(await checkFiles(site.dataDir, rows)),
    ...checkRows(rows),
    ...checkEncodes(site, rows),
    ...checkPuts(site),
  ]
}

/** What has to hold of the rows of services that have ended everything. */
export function checkRows(rows: Rows): string[] {
  return [...checkTasks(rows), ...checkStoredOnce(rows), ...checkNumbers(rows)]
}

export async function checkFiles(dataDir: string, { variants }: Rows): Promise<string[]> {
  const files = await filesBelow(dataDir)
  const keys = new Set(variants.map(({ key }) => key))
  const violations = files
    .filter((file) => /^(variants|images)\//.test(file) && !keys.has(file))
    .map((file) => `${file} is an orphan.`)
  violations.push(
    ...files.filter((file) => /\.(tmp|checkouts|downloads)\/./.test(file)).map((file) => `${file} is left over.`),
  )
  for (const { key, sha256 } of variants) {
    const bytes = await readFile(path.join(dataDir, key)).catch(() => null)
    if (!bytes) violations.push(`${key} has a row, and no file.`)
    else if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      violations.push(`${key} is not what its row says.`)
  }
  return violations
}

/** Originals without an image: of uploads that were never answered. Nobody can see them; they cost space. */
export async function countOrphanOriginals({ dataDir }: Site): Promise<number> {
  const known = new Set((await readRows(dataDir)).originalKeys)
  const originals = (await filesBelow(path.join(dataDir, 'private'))).filter((file) => file.startsWith('originals/'))
  return originals.filter((file) => !known.has(file)).length
}

const ended = ['SUCCEEDED', 'SKIPPED', 'FAILED']

/** A killed service uses up no attempt, and is not taken for a crash of the image host. */
function checkTasks({ tasks }: Rows): string[] {
  const wrong = tasks.filter(
    ({ status, attempt, crashes, retries }) => !ended.includes(status) || attempt !== retries + 1 || crashes !== 0,
  )
  return wrong.map(
    ({ id, status, attempt, crashes, retries }) =>
      `Task ${id} is ${status} at attempt ${attempt} after ${retries} retries and ${crashes} crashes.`,
  )
}

function checkStoredOnce({ variants, events }: Rows): string[] {
  const stored = events.filter(({ type }) => type === 'VARIANT_STORED').map(({ variantId }) => variantId)
  const ids = new Set(variants.map(({ id }) => id))
  const unknown = stored.filter((id) => !id || !ids.has(id))
  const wrong = variants.filter(({ id }) => stored.filter((each) => each === id).length !== 1)
  return [
    ...unknown.map((id) => `An event tells of variant ${id}, which has no row.`),
    ...wrong.map(({ key }) => `${key} was not told of exactly once.`),
  ]
}

/** Also the runs whose upload was never answered. */
function checkNumbers({ events }: Rows): string[] {
  const wrong = events.filter(({ runId, seq }, index) => {
    const previous = events[index - 1]
    return seq !== (previous?.runId === runId ? previous.seq + 1 : 1)
  })
  return wrong.map(({ runId, seq }) => `Run ${runId} has a gap before event ${seq}.`)
}
