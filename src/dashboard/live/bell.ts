/** What may have changed. */
export type Topic = 'runs' | 'images'

const listeners = new Map<Topic, Set<() => void>>()

/** Tells those who show it that it may have changed; it carries no data, they ask. */
export function ring(topic: Topic): void {
  for (const listener of listeners.get(topic) ?? []) listener()
}

export function listen(topic: Topic, listener: () => void): () => void {
  const ofTopic = listeners.get(topic) ?? new Set()
  listeners.set(topic, ofTopic.add(listener))
  return () => ofTopic.delete(listener)
}
