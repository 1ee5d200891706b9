import { createStore } from '../../live/store.ts'

/** What is said of the files that are sent together. */
export interface Details {
  /** of one click: its files are taken in together */
  batch: string
  artistName: string
  venueTag: string | null
  /** null: the default ones */
  recipes: string[] | null
}

/**
 * In the order that a file goes through them; MISSING: begun before the page was reloaded, and to be chosen again.
 * REFUSED, DONE, TWIN, FAILED and CANCELLED are ends.
 */
export type RowState =
  | 'REFUSED'
  | 'CHOSEN'
  | 'MISSING'
  | 'CHECKING'
  | 'WAITING'
  | 'SENDING'
  | 'SENT'
  | 'TAKING_IN'
  | 'DONE'
  | 'TWIN'
  | 'FAILED'
  | 'CANCELLED'

/** A file that somebody has chosen. */
export interface Row {
  /** the client key of its upload */
  key: string
  name: string
  size: number
  type: string
  lastModified: number
  /** null until it is chosen again */
  file: File | null
  /** an address of the file in this page */
  preview: string | null
  state: RowState
  /** bytes that have arrived */
  sent: number
  /** hex; null while it is not known, or where the browser does not tell */
  sha256: string | null
  /** null until it is begun */
  details: Details | null
  /** global id; null until it is announced */
  uploadId: string | null
  /** why it was refused or failed */
  problem: string | null
  /** the image that has these bytes, or a row before this one that has */
  duplicate: { name: string; imageId: string | null } | null
  /** the image that is known by its bytes has turned out to be of no use */
  mustSend: boolean
}

/** Outside of the components: what is being sent goes on while another page is shown. */
export const rows = createStore<readonly Row[]>([])

type Listener = () => void
const stateListeners = new Set<Listener>()

/** Tells when rows come, go, or are in another state; not each time some bytes have been sent. */
export function onStates(listener: Listener): void {
  stateListeners.add(listener)
}

function tell(): void {
  for (const listener of stateListeners) listener()
}

export const find = (key: string) => rows.get().find((row) => row.key === key)

export function change(key: string, patch: Partial<Row>): void {
  rows.set(rows.get().map((row) => (row.key === key ? { ...row, ...patch } : row)))
  if (patch.state) tell()
}

export function add(more: readonly Row[]): void {
  rows.set([...rows.get(), ...more])
  tell()
}

export function drop(keys: ReadonlySet<string>): void {
  for (const { key, preview } of rows.get()) if (preview && keys.has(key)) URL.revokeObjectURL(preview)
  rows.set(rows.get().filter(({ key }) => !keys.has(key)))
  tell()
}

const moving: readonly RowState[] = ['CHECKING', 'WAITING', 'SENDING', 'TAKING_IN']
const over: readonly RowState[] = ['REFUSED', 'DONE', 'TWIN']

/** Whether something is being done with it that would end with the page. */
export const isMoving = ({ state }: Row) => moving.includes(state)

/** Whether nothing more will be done with it. */
export const isOver = ({ state }: Row) => over.includes(state)
