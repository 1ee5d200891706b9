import { createStore } from '../../live/store.ts'
import { change, type Details, find, isMoving, type Row, rows } from './rows.ts'
import { complete, findImage, type Refusal, type StartedRun } from './upload-queries.ts'

/** Runs that the files of this page became, newest first. */
export const started = createStore<readonly StartedRun[]>([])

/** Uploads of one request, as the policy of the service says. */
let most = 100

export function setMost(files: number): void {
  most = files
}

const ofBatch = (batch: string) => rows.get().filter(({ details }) => details?.batch === batch)

/** Once nothing of a batch is on its way any more, what has arrived is taken in, in one run. */
export async function takeIn(batch: string): Promise<void> {
  const all = ofBatch(batch)
  if (all.some(isMoving)) return
  const sent = all.filter(({ state }) => state === 'SENT').slice(0, most)
  const details = sent[0]?.details
  if (!details) return
  for (const { key } of sent) change(key, { state: 'TAKING_IN' })
  const answer = await complete(sent, details)
  if ('problem' in answer) refuse(sent, answer)
  else await finish(sent, answer, details)
  // what one file was at fault for, or what is more than a request takes
  return takeIn(batch)
}

async function finish(sent: readonly Row[], run: StartedRun, { batch }: Details): Promise<void> {
  for (const { key } of sent) change(key, { state: 'DONE' })
  if (!started.get().some(({ id }) => id === run.id)) started.set([run, ...started.get()])
  for (const twin of ofBatch(batch).filter(({ state, duplicate }) => state === 'TWIN' && !duplicate?.imageId)) {
    const imageId = twin.sha256 && (await findImage(twin.sha256))
    if (imageId && twin.duplicate) change(twin.key, { duplicate: { ...twin.duplicate, imageId } })
  }
}

/** The one at fault fails, and the others are tried without it; when nobody knows which, all fail. */
function refuse(sent: readonly Row[], { problem, index }: Refusal): void {
  const atFault = index === undefined ? undefined : sent[index]
  for (const { key, name, duplicate, file } of sent) {
    if (find(key)?.state !== 'TAKING_IN') continue
    const isFailed = atFault === undefined || atFault.key === key
    // what was known by its hash may be gone: the next try sends it
    const failed = { problem: problem.replace(`${name}: `, ''), mustSend: duplicate !== null, duplicate: null }
    change(key, isFailed ? { state: file ? 'FAILED' : 'MISSING', ...failed } : { state: 'SENT' })
  }
}
