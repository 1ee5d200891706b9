import { useNow } from '../live/clock.ts'
import { formatMoment } from './format.ts'

const steps = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3_600, name: 'h' },
  { seconds: 60, name: 'min' },
] as const

/** How long ago, in the largest unit there is a whole one of. */
function tell(moment: Date, now: number): string {
  const seconds = Math.round((now - moment.getTime()) / 1000)
  const away = Math.abs(seconds)
  const step = steps.find((each) => away >= each.seconds)
  const amount = step ? `${Math.floor(away / step.seconds)} ${step.name}` : `${away} s`
  if (away < 5) return 'just now'
  return seconds < 0 ? `in ${amount}` : `${amount} ago`
}

interface Props {
  /** ISO 8601 */
  at: string
  /** in an item of a list, which has the focus itself */
  isInItem?: boolean
}

/** How long ago that was; the moment itself on hover and focus. */
export function RelativeTime({ at, isInItem = false }: Props) {
  const moment = new Date(at)
  const now = useNow()
  return (
    <time
      className="relative-time"
      dateTime={at}
      data-moment={formatMoment(moment)}
      tabIndex={isInItem ? undefined : 0}
    >
      {tell(moment, now)}
    </time>
  )
}
