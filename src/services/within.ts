/** What is promised, or else, once that has taken so long, ms, what `late` returns or throws. It goes on all the same. */
export async function within<T>(ms: number, promise: () => Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    return await Promise.race([promise(), end.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
