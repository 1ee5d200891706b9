import { useSyncExternalStore } from 'react'

/** How often what is told relative to now is told anew, ms. */
const tickMs = 1_000

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  now = Date.now()
  for (const listener of listeners) listener()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  if (!timer) {
    now = Date.now()
    timer = setInterval(tick, tickMs)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, ms: one clock for the whole page, read anew each second, so it is right after a sleep too. */
export const useNow = () => useSyncExternalStore(listen, () => now)
