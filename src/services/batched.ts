/** Looks up together whatever is asked for in the same turn of the event loop. */
export function batched<V>(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
  let asked: { keys: Set<string>; answer: Promise<ReadonlyMap<string, V>> } | null = null

  function ask() {
    const keys = new Set<string>()
    const turn = new Promise((resolve) => setImmediate(resolve))
    const answer = turn.then(() => {
      asked = null
      return load([...keys])
    })
    return { keys, answer }
  }

  return async (key: string): Promise<V | undefined> => {
    asked ??= ask()
    asked.keys.add(key)
    return (await asked.answer).get(key)
  }
}
