import { hashOf } from './check-file.ts'
import { change, type Details, find, isMoving, type Row, rows } from './rows.ts'
import { type Sent, sendFile } from './send-file.ts'
import { takeIn } from './take-in.ts'
import { announce, type Target } from './upload-queries.ts'

/** Files on their way at once. */
const atOnce = 3

/** How often a file that is broken off is tried again by itself, and how long is waited before, ms. */
const tries = 5
const waitMs = 500

const targets = new Map<string, Target>()
const stops = new Map<string, AbortController>()
let preparing: Promise<unknown> = Promise.resolve()
let sending = 0

/** Begins what is chosen, or begins it again, so many files a request. */
export function begin(keys: readonly string[], details: Details, maxFiles: number): void {
  for (const key of keys) change(key, { state: 'CHECKING', details, problem: null })
  for (let at = 0; at < keys.length; at += maxFiles) {
    const some = keys.slice(at, at + maxFiles)
    preparing = preparing.then(() => prepare(some, details.batch)).catch(() => failAll(some))
  }
}

function failAll(keys: readonly string[]): void {
  for (const key of keys) {
    if (find(key)?.state === 'CHECKING') change(key, { state: 'FAILED', problem: 'The file cannot be read.' })
  }
}

/** Cancelled files can be begun again, and go on where they were. */
export function cancel(key: string): void {
  change(key, { state: 'CANCELLED' })
  stops.get(key)?.abort()
}

const isChecking = (key: string) => find(key)?.state === 'CHECKING'

async function prepare(keys: readonly string[], batch: string): Promise<void> {
  for (const key of keys) {
    const row = find(key)
    if (!row?.file || row.sha256) continue
    const sha256 = await hashOf(row.file)
    if (find(key)) change(key, { sha256 })
  }
  for (const key of keys.filter(isChecking)) setTwin(key)
  await announceRows(keys.filter(isChecking))
  pump()
  void takeIn(batch)
}

/** The same bytes under another name are sent once; in the order of the rows, the first is the one. */
function setTwin(key: string): void {
  const row = find(key)
  const first = row && rows.get().find((each) => isSame(each, row))
  if (!first || first.key === key) return
  change(key, { state: 'TWIN', duplicate: { name: first.name, imageId: first.duplicate?.imageId ?? null } })
}

const isSame = (one: Row, other: Row) =>
  one.sha256 !== null &&
  one.sha256 === other.sha256 &&
  one.details?.batch === other.details?.batch &&
  one.state !== 'CANCELLED' &&
  one.state !== 'FAILED'

/** What is not to be sent any more, or not at all, goes on without; the others wait for their turn. */
async function announceRows(keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const answer = await announce(keys.flatMap((key) => find(key) ?? []))
  for (const [index, key] of keys.entries()) {
    if (!isChecking(key)) continue
    const [row, target] = [find(key), 'problem' in answer ? undefined : answer[index]]
    if ('problem' in answer) change(key, { state: 'FAILED', problem: answer.problem })
    else if (row && target) change(key, nextOf(row, target))
  }
}

function nextOf({ key, size, mustSend }: Row, target: Target): Partial<Row> {
  const { id: uploadId, state, duplicateOf } = target
  const duplicate = duplicateOf && { name: duplicateOf.filename, imageId: duplicateOf.id }
  if (state === 'COMPLETED') return { state: 'DONE', uploadId, duplicate, sent: size }
  if (state === 'RECEIVED') return { state: 'SENT', uploadId, sent: size }
  if (duplicate && !mustSend) return { state: 'SENT', uploadId, duplicate, sent: size }
  targets.set(key, target)
  return { state: 'WAITING', uploadId }
}

function pump(): void {
  while (sending < atOnce) {
    const next = rows.get().find(({ state }) => state === 'WAITING')
    if (!next) return
    sending += 1
    change(next.key, { state: 'SENDING' })
    const batch = next.details?.batch ?? ''
    void send(next.key).finally(() => {
      sending -= 1
      pump()
      void takeIn(batch)
    })
  }
}

async function send(key: string): Promise<void> {
  const stop = new AbortController()
  stops.set(key, stop)
  const sent = await sendWithTries(key, stop.signal)
  if (stops.get(key) === stop) stops.delete(key)
  const row = find(key)
  // cancelled or removed meanwhile
  if (row?.state !== 'SENDING' || stop.signal.aborted) return
  if (sent.kind === 'sent') return change(key, { state: 'SENT', sent: row.size })
  const problem = sent.kind === 'refused' ? sent.problem : 'The connection has broken off.'
  change(key, { state: 'FAILED', problem })
}

async function sendWithTries(key: string, signal: AbortSignal): Promise<Sent> {
  let last: Sent = { kind: 'again' }
  for (let attempt = 0; attempt < tries && !signal.aborted; attempt += 1) {
    if (last.kind === 'broken') await new Promise((resolve) => setTimeout(resolve, waitMs * 2 ** attempt))
    // the upload has expired, or its token was renewed: the same key goes on, or begins anew
    if (last.kind === 'announce') await renew(key)
    last = await tryToSend(key, signal)
    if (last.kind === 'sent' || last.kind === 'refused') break
  }
  return last
}

async function tryToSend(key: string, signal: AbortSignal): Promise<Sent> {
  const [file, target] = [find(key)?.file, targets.get(key)]
  if (!file || !target) return { kind: 'refused', problem: 'The file is not here any more.' }
  return sendFile({ target, file, signal, onProgress: (sent) => tellProgress(key, sent) })
}

function tellProgress(key: string, sent: number): void {
  const row = find(key)
  if (row?.state === 'SENDING') change(key, { sent: Math.min(sent, row.size) })
}

async function renew(key: string): Promise<void> {
  const row = find(key)
  const answer = row ? await announce([row]) : []
  const target = 'problem' in answer ? undefined : answer[0]
  if (!target) return
  targets.set(key, target)
  change(key, { uploadId: target.id })
}

addEventListener('beforeunload', (event) => {
  if (rows.get().some(isMoving)) event.preventDefault()
})
