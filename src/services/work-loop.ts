export interface WorkLoop extends AsyncDisposable {
  /** there may be something to do */
  wake(): void
  /** resolves when there is nothing to do */
  idle(): Promise<void>
}

interface Options {
  /** does one thing; resolves to whether there was one to do */
  step(): Promise<boolean>
  /** finds what no wake-up told of: what came due, the work of other processes */
  lookAgainMs: number
  /** a step failed; the next wake-up or look tries again */
  onError(error: unknown): void
}

/** Takes steps as long as there is something to do: after each wake-up, and every now and then by itself. */
export function createWorkLoop({ step, lookAgainMs, onError }: Options): WorkLoop {
  let ended = false
  let wakes = 0
  /** the wake-ups that a step which found nothing had heard of */
  let heard = 0
  let running: Promise<void> | null = null

  function wake(): void {
    wakes += 1
    if (ended || running !== null) return
    running = run()
      .catch((error: unknown) => {
        // at once would be a hot loop while the database is away
        heard = wakes
        onError(error)
      })
      .finally(() => {
        running = null
        // one may have come after the last step and before this line
        if (heard !== wakes) wake()
      })
  }

  async function run(): Promise<void> {
    while (!ended) {
      // noted before looking: a wake-up during an empty look means that it has to look again
      heard = wakes
      const found = await step()
      if (!found && heard === wakes) return
    }
  }

  const timer = setInterval(wake, lookAgainMs)

  return {
    wake,
    async idle() {
      wake()
      while (running !== null) await running
    },
    async [Symbol.asyncDispose]() {
      ended = true
      clearInterval(timer)
      await running
    },
  }
}
