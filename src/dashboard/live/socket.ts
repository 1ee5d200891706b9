import { createClient } from 'graphql-ws'
import { leaveToSignIn } from '../api/client.ts'
import { createStore, type Store, useStore } from './store.ts'

/** `lost`: what is shown is as old as `since`, and the connection is being made again. */
export type Connection = { state: 'connecting' | 'live' } | { state: 'lost'; since: Date }

export const connection: Store<Connection> = createStore<Connection>({ state: 'connecting' })

export const useConnection = () => useStore(connection)

/** How often the server is asked whether it is still there, and how long it may take to say so, ms. */
const pingEveryMs = 5_000
const pongWithinMs = 3_000

/** The longest that one waits before trying again, ms. */
const maxWaitMs = 1_500

const unauthorized = 4401

let heardAt = new Date()
let pong: ReturnType<typeof setTimeout> | undefined

function hear(): void {
  heardAt = new Date()
  clearTimeout(pong)
}

function lose(): void {
  clearTimeout(pong)
  if (connection.get().state !== 'lost') connection.set({ state: 'lost', since: heardAt })
}

/**
 * One WebSocket for everything live. When it comes back, each subscription is sent again with its variables as they are
 * then, so that one that raises its `afterSeq` goes on where it was.
 */
export const socket = createClient({
  url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
  keepAlive: pingEveryMs,
  lazyCloseTimeout: 2_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: waitToRetry,
  on: {
    connected() {
      hear()
      connection.set({ state: 'live' })
    },
    message: hear,
    ping(received) {
      if (!received) pong = setTimeout(() => socket.terminate(), pongWithinMs)
    },
    closed(event) {
      const { code } = event as CloseEvent
      if (code === unauthorized) return leaveToSignIn()
      // 1000: nothing is subscribed any more
      if (code !== 1000) lose()
    },
  },
})

/** Longer each time, and no longer than until the browser says that the network is back. */
function waitToRetry(retries: number): Promise<void> {
  const waitMs = Math.min(maxWaitMs, 100 * 2 ** retries) * (0.5 + Math.random() / 2)
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, waitMs)
    addEventListener('online', end)
  })
}

// browsers keep a socket open whose network is gone
addEventListener('offline', () => {
  lose()
  socket.terminate()
})
