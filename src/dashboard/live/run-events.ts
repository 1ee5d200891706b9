import { useEffect, useState } from 'react'
import { followRun, type RunEvent } from './follow-run.ts'

export interface RunEvents<State> {
  state: State
  error: string | null
}

/**
 * What the events of a run after `afterSeq` make of a state, each event once. They are taken in once a frame, however
 * fast they come. `reduce` has to stay the same function.
 */
export function useRunEvents<State>(
  run: { id: string; afterSeq: number },
  reduce: (state: State, events: readonly RunEvent[]) => State,
  initial: State,
): RunEvents<State> {
  const [known, setKnown] = useState<RunEvents<State>>({ state: initial, error: null })
  const { id } = run
  // only where it begins: later looks at the run must not begin anew
  const [afterSeq] = useState(run.afterSeq)
  useEffect(() => {
    let waiting: RunEvent[] = []
    let frame = 0
    const takeIn = () => {
      const events = waiting
      waiting = []
      frame = 0
      setKnown(({ state, error }) => ({ state: reduce(state, events), error }))
    }
    const stop = followRun(id, afterSeq, {
      onEvent(event) {
        waiting.push(event)
        frame ||= requestAnimationFrame(takeIn)
      },
      onError: (error) => setKnown(({ state }) => ({ state, error })),
    })
    return () => {
      cancelAnimationFrame(frame)
      stop()
    }
  }, [id, afterSeq, reduce])
  return known
}
