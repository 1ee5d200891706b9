interface Deps {
  /** that of the work */
  signal: AbortSignal
  leaseMs: number
  /** when it began by performance.now(), or earlier */
  since: number
  /** makes it begin anew; false when it has ended */
  prolong(): Promise<boolean>
  /** what the work fails with when the lease is about to end */
  lost(): Error
}

export interface Lease extends Disposable {
  /** that of the work, which also comes before anybody else may have what is held */
  signal: AbortSignal
}

/** Prolongs a lease until it is disposed of. One that cannot be prolonged ends the work a little before its own end. */
export function keepLease({ signal, leaseMs, since, prolong, lost }: Deps): Lease {
  const end = new AbortController()
  const lose = () => end.abort(lost())
  const endAfter = (begun: number) => setTimeout(lose, begun + leaseMs * 0.9 - performance.now())
  let ending = endAfter(since)
  let over = false

  async function renew(): Promise<void> {
    const begun = performance.now()
    // nobody answered: the next try may still come in time
    const isOurs = await prolong().catch(() => null)
    if (over || isOurs === null) return
    clearTimeout(ending)
    if (isOurs) ending = endAfter(begun)
    else lose()
  }

  const renewing = setInterval(() => void renew(), leaseMs / 3)
  return {
    signal: AbortSignal.any([signal, end.signal]),
    [Symbol.dispose]() {
      over = true
      clearInterval(renewing)
      clearTimeout(ending)
    },
  }
}
