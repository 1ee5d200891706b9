import { Agent, buildConnector } from 'undici'
import { guardedLookup, isListed, isPublicAddress, type Resolve } from './address-guard.ts'

interface Options {
  /** each `host:port` that may be anywhere */
  allow: readonly string[]
  resolve: Resolve
  connectMs: number
  /** without a byte: until all headers are there, and in the body */
  idleMs: number
}

/** Connections to public addresses, kept for the next request to the same origin. */
export function createSourceAgent({ allow, resolve, connectMs, idleMs }: Options): Agent {
  const toPublic = buildConnector({ timeout: connectMs, lookup: guardedLookup(resolve, isPublicAddress) })
  const toAnywhere = buildConnector({ timeout: connectMs, lookup: guardedLookup(resolve, () => true) })
  return new Agent({
    // a lookup hears the name only, but it is name and port that are allowed
    connect(place, callback) {
      const connect = isListed(new URL(`${place.protocol}//${place.host}`), allow) ? toAnywhere : toPublic
      connect(place, callback)
    },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  })
}
