/** What a process of the fleet is told; it answers each with what it was asked for, in the same order. */
export type Order =
  /** with hints it waits for those, else it looks at the rows by itself */
  | { do: 'work'; concurrency: number; hinted: boolean }
  /** claims nothing more; answered once nothing is in work */
  | { do: 'rest' }
  /** claims so many, or all there are, one after the other, and ends none of them */
  | { do: 'claim'; atMost: number }
  /** reads all events of a run, as a subscriber does */
  | { do: 'read'; runId: string }

export interface Answer {
  /** tasks that were claimed */
  taskIds?: string[]
  /** of each claim */
  latenciesMs?: number[]
  events?: number
}
