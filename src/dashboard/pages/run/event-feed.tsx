import type { RunEvent } from '../../live/follow-run.ts'
import { formatMoment, formatTime, formatWord } from '../../parts/format.ts'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import type { Tone } from '../../parts/status-badge.tsx'

interface Props {
  /** oldest first */
  events: readonly RunEvent[]
  /** what had happened before is still coming in: one after the other would push the others down */
  isReplaying: boolean
  /** why there are no more; a sentence */
  error: string | null
}

const tones: Partial<Record<RunEvent['type'], Tone>> = {
  TASK_STARTED: 'stage',
  TASK_DECODED: 'stage',
  SOURCE_FETCHED: 'stage',
  PAGE_READ: 'stage',
  EVENT_FOUND: 'stage',
  VARIANT_STORED: 'storage',
  PICTURE_SHOWN: 'storage',
  ROWS_SENT: 'storage',
  EVENT_SKIPPED: 'decision',
  ROW_DIFFERS: 'decision',
  OBJECT_ORPHANED: 'decision',
  TASK_RETRYING: 'decision',
  PAUSED: 'decision',
  CANCELLING: 'decision',
  OBJECT_BROKEN: 'error',
  TASK_FAILED: 'error',
  FAILED: 'error',
  TASK_SUCCEEDED: 'complete',
  SUCCEEDED: 'complete',
}

/** The last events of a run, newest first. They are not read out: there may be hundreds a minute. */
export function EventFeed({ events, isReplaying, error }: Props) {
  return (
    <section className="panel" aria-labelledby="last-events">
      <h2 id="last-events">Last events</h2>
      {error && <p className="quiet">{error}</p>}
      {isReplaying && <Skeleton label="Last events" />}
      {events.length === 0 && !isReplaying && !error && <EmptyState title="None yet" />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <ol className="event-feed" aria-label="Last events" tabIndex={0}>
        {(isReplaying ? [] : events.toReversed()).map(({ seq, type, message, createdAt, task }) => (
          <li key={seq} data-tone={tones[type] ?? 'quiet'} title={`${formatWord(type)}, event ${seq}`}>
            <span className="event-message">{message}</span>
            <small className="number">
              <time dateTime={createdAt} title={formatMoment(new Date(createdAt))}>
                {formatTime(new Date(createdAt))}
              </time>{' '}
              {type === 'VARIANT_STORED' && task && `${task.subject} `}#{seq}
            </small>
          </li>
        ))}
      </ol>
    </section>
  )
}
