import { stringifyDocument } from 'urql'
import { graphql } from '../api/graphql.ts'
import { ring } from './bell.ts'
import { socket } from './socket.ts'

const imageUpdated = graphql(`subscription ImageUpdated { imageUpdated { id } }`)

let followers = 0
let stop: (() => void) | null = null

/** Rings `images` whenever one changes, for as long as somebody looks. */
export function followImages(): () => void {
  followers += 1
  stop ??= socket.subscribe(
    { query: stringifyDocument(imageUpdated) },
    { next: () => ring('images'), error() {}, complete() {} },
  )
  return () => {
    followers -= 1
    if (followers > 0) return
    stop?.()
    stop = null
  }
}
