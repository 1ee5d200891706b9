import { photo } from '../support/images.ts'
import { ask } from './ask.ts'
import { createSender } from './send-picture.ts'
import type { FuzzedService } from './service.ts'
import type { Known } from './values.ts'

const everything = `{
  images(first: 20) { edges { cursor node { id } } }
  artists(first: 20) { edges { cursor node { id slug } } }
  runs(first: 20) { edges { cursor node { id tasks { edges { cursor node { id } } } } } }
}`

interface Edge {
  cursor: string
  node: { id: string; slug?: string; tasks?: { edges: Edge[] } }
}

/** Gives the service two pictures, and tells what it has then. */
export async function learn(service: FuzzedService): Promise<Known> {
  const sender = createSender(service)
  for (const name of ['lamp-bird-small.jpg', 'fig-bowl-alpha.png']) {
    const end = await sender.send({ bytes: await photo(name), way: 'multipart', filename: name, recipe: 'artist' })
    if (end !== 'READY') throw new Error(`A photo that is whole ended ${end}.`)
  }
  const data = await ask<Record<'images' | 'artists' | 'runs', { edges: Edge[] }>>(service, everything)
  const edges = Object.values(data).flatMap((list) => list.edges)
  const all = [...edges, ...edges.flatMap(({ node }) => node.tasks?.edges ?? [])]
  return {
    ids: all.map(({ node }) => node.id),
    cursors: all.map(({ cursor }) => cursor),
    slugs: all.flatMap(({ node }) => node.slug ?? []),
  }
}
