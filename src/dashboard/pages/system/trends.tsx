import { useState } from 'react'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { Plot } from './plot.tsx'
import { noSamples, type Sample, takeSample, waitingOf } from './samples.ts'
import type { System } from './system-query.ts'

/** What has gone up and down since the page was opened, in the last minutes. */
export function Trends({ system }: { system: System }) {
  const [kept, keep] = useState({ system: null as System | null, samples: noSamples })
  if (kept.system !== system) keep({ system, samples: takeSample(kept.samples, system, Date.now()) })
  const { samples } = kept
  const { queueDepth, megapixelsInFlight, megapixelsLimit, rssBytes, imageHostRssBytes } = system
  return (
    <section className="trends" aria-label="Now and in the last minutes">
      <Trend
        name="Waiting tasks"
        value={queueDepth ? formatCount(waitingOf(system) ?? 0) : 'unknown'}
        samples={samples}
        of={(sample) => sample.waiting}
        format={formatCount}
        tone="decision"
      />
      <Trend
        name="Megapixels in flight"
        value={formatCount(megapixelsInFlight)}
        limit={`of ${formatCount(megapixelsLimit)}`}
        samples={samples}
        of={(sample) => sample.megapixels}
        format={formatCount}
        tone="stage"
      />
      <Trend
        name="Service memory"
        value={formatBytes(rssBytes)}
        samples={samples}
        of={(sample) => sample.service}
        format={formatBytes}
        tone="complete"
      />
      <Trend
        name="Image host memory"
        value={imageHostRssBytes === null ? 'unknown' : formatBytes(imageHostRssBytes)}
        samples={samples}
        of={(sample) => sample.host}
        format={formatBytes}
        tone="storage"
      />
    </section>
  )
}

interface Props {
  name: string
  value: string
  limit?: string
  samples: readonly Sample[]
  of: (sample: Sample) => number | null
  format: (value: number) => string
  tone: string
}

function Trend({ name, value, limit, samples, of, format, tone }: Props) {
  return (
    <div className="trend" data-tone={tone}>
      <span className="trend-name">{name}</span>
      <span className="trend-value">
        {value} {limit && <small>{limit}</small>}
      </span>
      <Plot
        name={name}
        points={samples.flatMap(({ at, ...sample }) => {
          const y = of({ at, ...sample })
          return y === null ? [] : [{ at, y }]
        })}
        format={format}
      />
    </div>
  )
}
