import { formatWord } from './format.ts'

/** The colours of the palette; `quiet` is for what waits or was left out. */
export type Tone = 'stage' | 'storage' | 'decision' | 'error' | 'complete' | 'quiet'

const tones: Record<string, Tone> = {
  QUEUED: 'quiet',
  RUNNING: 'stage',
  PROCESSING: 'stage',
  RETRYING: 'decision',
  CANCELLING: 'decision',
  PARTIAL: 'decision',
  PAUSED: 'decision',
  SUCCEEDED: 'complete',
  READY: 'storage',
  SKIPPED: 'quiet',
  CANCELLED: 'quiet',
  DELETED: 'quiet',
  FAILED: 'error',
}

export const toneOf = (status: string): Tone => tones[status] ?? 'quiet'

interface Props {
  /** of a run, a task or an image, as the API has it */
  status: string
}

/** A state as a word, with its colour beside it. */
export function StatusBadge({ status }: Props) {
  return (
    <span className="badge" data-tone={toneOf(status)}>
      {formatWord(status)}
    </span>
  )
}
