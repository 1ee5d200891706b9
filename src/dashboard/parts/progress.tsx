import type { Tone } from './status-badge.tsx'

interface Props {
  /** what is under way, for those who do not see where the bar stands */
  label: string
  /** 0 to 1; null while that cannot be told */
  value: number | null
  /** what is said in place of the percentage */
  text?: string
  tone?: Tone
}

/** A bar; what is said beside it is the caller's. */
export function Progress({ label, value, text, tone = 'stage' }: Props) {
  const known =
    value === null ? {} : { 'aria-valuenow': Math.floor(value * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 }
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuetext={text}
      data-tone={tone}
      data-indeterminate={value === null || undefined}
      {...known}
    >
      <div className="progress-fill" style={value === null ? {} : { transform: `scaleX(${value})` }} />
    </div>
  )
}
