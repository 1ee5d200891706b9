import { useEffect } from 'react'
import { createStore } from './store.ts'

/** What the status region of the page says; read out by screen readers. */
export const announcement = createStore('')

/** How often something is said at most, ms. */
const restMs = 5_000

let saidAt = 0
let next: ReturnType<typeof setTimeout> | undefined

/** Says it, or the last of what came since, once there is time. */
export function announce(text: string): void {
  clearTimeout(next)
  const say = () => {
    saidAt = Date.now()
    announcement.set(text)
  }
  next = setTimeout(say, Math.max(0, saidAt + restMs - Date.now()))
}

export function useAnnouncement(text: string): void {
  useEffect(() => {
    if (text) announce(text)
  }, [text])
}
