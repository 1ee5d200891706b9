import { hashOf, newKey, refusalOf } from './check-file.ts'
import { recall } from './remembered.ts'
import { add, change, find, type Row, rows } from './rows.ts'
import { begin } from './send-rows.ts'
import { setMost, takeIn } from './take-in.ts'
import type { Policy } from './upload-queries.ts'

/** Adds a row for each file, in their order; those that were begun before the page was reloaded go on. */
export async function chooseFiles(files: readonly File[], policy: Policy): Promise<void> {
  setMost(policy.maxFiles)
  const isMissing = rows.get().some(({ state }) => state === 'MISSING')
  for (const file of files) {
    const problem = refusalOf(file, policy)
    const known = isMissing && !problem ? await findBegunBefore(file) : null
    if (known) goOn(known, file, policy)
    else add([rowOf(file, problem)])
  }
}

function rowOf(file: File, problem: string | null): Row {
  const { name, size, type, lastModified } = file
  return {
    key: newKey(),
    name,
    size,
    type,
    lastModified,
    file,
    preview: problem ? null : URL.createObjectURL(file),
    state: problem ? 'REFUSED' : 'CHOSEN',
    sent: 0,
    sha256: null,
    details: null,
    uploadId: null,
    problem,
    duplicate: null,
    mustSend: false,
  }
}

async function findBegunBefore(file: File): Promise<Row | null> {
  const isAlike = ({ state, name, size }: Row) => state === 'MISSING' && name === file.name && size === file.size
  if (!rows.get().some(isAlike)) return null
  const sha256 = await hashOf(file)
  const isSame = (row: Row) => (sha256 ? row.sha256 === sha256 : row.lastModified === file.lastModified)
  return rows.get().find((row) => isAlike(row) && isSame(row)) ?? null
}

function goOn({ key, details }: Row, file: File, { maxFiles }: Policy): void {
  change(key, { file, preview: URL.createObjectURL(file) })
  if (details) begin([key], details, maxFiles)
}

/** Begins those again that have failed or were cancelled. */
export function tryAgain(key: string, { maxFiles }: Policy): void {
  const details = find(key)?.details
  if (details) begin([key], details, maxFiles)
  else change(key, { state: 'CHOSEN' })
}

recall()
// what had arrived needs no file any more
for (const batch of new Set(rows.get().flatMap(({ details }) => details?.batch ?? []))) void takeIn(batch)
