import { add, onStates, type Row, type RowState, rows } from './rows.ts'

/** What is kept of a file that was announced and is not taken in yet, for when the page is opened again. */
type Kept = Pick<Row, 'key' | 'name' | 'size' | 'type' | 'lastModified' | 'sha256' | 'details' | 'uploadId'> & {
  isSent: boolean
  keptAt: number
}

const place = 'greenroom-uploads'

/** Older ones are nobody's any more, ms. */
const keptMs = 24 * 3_600_000

const unfinished: readonly RowState[] = ['MISSING', 'WAITING', 'SENDING', 'SENT', 'TAKING_IN', 'FAILED']
const sent: readonly RowState[] = ['SENT', 'TAKING_IN']

/** Those of this page, gone ones too; what else is kept is of other pages. */
const ours = new Set<string>()

function read(): Kept[] {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? '[]') as Kept[]
    return kept.filter(({ keptAt }) => Date.now() - keptAt < keptMs)
  } catch {
    return []
  }
}

function keep(): void {
  for (const { key } of rows.get()) ours.add(key)
  const others = read().filter(({ key }) => !ours.has(key))
  const kept = rows.get().filter(({ state, uploadId }) => uploadId !== null && unfinished.includes(state))
  const all = [...others, ...kept.map(describe)]
  if (all.length > 0) localStorage.setItem(place, JSON.stringify(all))
  else localStorage.removeItem(place)
}

function describe({ key, name, size, type, lastModified, sha256, details, uploadId, state }: Row): Kept {
  const isSent = sent.includes(state)
  return { key, name, size, type, lastModified, sha256, details, uploadId, isSent, keptAt: Date.now() }
}

const restore = ({ isSent, keptAt: _keptAt, ...kept }: Kept): Row => ({
  ...kept,
  file: null,
  preview: null,
  state: isSent ? 'SENT' : 'MISSING',
  sent: 0,
  problem: null,
  duplicate: null,
  mustSend: false,
})

/** Shows what was begun before, and keeps from now on what is begun. */
export function recall(): void {
  add(read().map(restore))
  onStates(keep)
}
