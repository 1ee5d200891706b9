interface Sample {
  at: number
  /** tasks that wait still */
  left: number
  /** tasks that were ended since the sample before */
  drained: number
}

/** What was done in this time tells how fast it goes, ms. */
const windowMs = 60_000
/** Where nobody knows, and at most, s. */
const seconds = { unknown: 30, max: 600 }
/** Who is sent away comes back when there is room for a few: a hundredth of all that may wait. */
const roomShare = 0.01

/** How fast tasks were done lately. */
export function createDrainRate() {
  let samples: Sample[] = []
  return {
    note(sample: Sample): void {
      const last = samples.at(-1)
      // while nothing waits, what is done says nothing about what could be
      if (last && (last.left === 0 || sample.at - last.at > windowMs)) samples = []
      samples = [...samples.filter(({ at }) => sample.at - at <= windowMs), sample]
    },
    /** Whole seconds, at least 1, until so many more than the limit lets in are done, and some. */
    secondsFor(tasks: number, limit: number): number {
      const [first, ...later] = samples
      const last = later.at(-1)
      if (!first || !last || last.at === first.at) return seconds.unknown
      const drained = later.reduce((sum, sample) => sum + Math.max(0, sample.drained), 0)
      const perSecond = (1000 * drained) / (last.at - first.at)
      if (perSecond === 0) return seconds.unknown
      return Math.min(seconds.max, Math.ceil((tasks + Math.floor(limit * roomShare)) / perSecond))
    },
  }
}
