import { stringifyDocument } from 'urql'
import { graphql, type ResultOf } from '../api/graphql.ts'
import { listen, ring } from './bell.ts'
import { socket } from './socket.ts'

const imageUpdated = graphql(`subscription ImageUpdated { imageUpdated { id } }`)

let followers = 0
let stop: (() => void) | null = null
const gatherers = new Set<Set<string>>()

function hear({ data }: { data?: ResultOf<typeof imageUpdated> | null }): void {
  if (data) for (const changed of gatherers) changed.add(data.imageUpdated.id)
  ring('images')
}

/** Rings `images` whenever one changes, for as long as somebody looks. */
export function followImages(): () => void {
  followers += 1
  stop ??= socket.subscribe<ResultOf<typeof imageUpdated>>(
    { query: stringifyDocument(imageUpdated) },
    { next: hear, error() {}, complete() {} },
  )
  return () => {
    followers -= 1
    if (followers > 0) return
    stop?.()
    stop = null
  }
}

/**
 * Tells which images have changed, those of `everyMs` at once. None are named when any may have, as after a lost
 * connection.
 */
export function gatherImages(everyMs: number, onChange: (ids: ReadonlySet<string>) => void): () => void {
  const changed = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  gatherers.add(changed)
  const tell = () => {
    timer = undefined
    onChange(new Set(changed))
    changed.clear()
  }
  const ends = [
    followImages(),
    listen('images', () => {
      timer ??= setTimeout(tell, everyMs)
    }),
  ]
  return () => {
    clearTimeout(timer)
    gatherers.delete(changed)
    for (const end of ends) end()
  }
}
