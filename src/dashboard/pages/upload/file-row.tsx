import { RotateCcw, X } from 'lucide-react'
import { memo } from 'react'
import { Link } from 'wouter'
import { addressOfImage } from '../../parts/addresses.ts'
import { Button } from '../../parts/button.tsx'
import { Bytes } from '../../parts/bytes.tsx'
import { formatPercent } from '../../parts/format.ts'
import { Progress } from '../../parts/progress.tsx'
import { State } from '../../parts/state.tsx'
import type { Tone } from '../../parts/status-badge.tsx'
import { drop, isMoving, type Row, type RowState } from './rows.ts'
import { cancel } from './send-rows.ts'

interface Props {
  row: Row
  onTryAgain: (key: string) => void
}

/** One file: how far it is, or why it is not. */
export const FileRow = memo(function FileRow({ row, onTryAgain }: Props) {
  const { key, name, size, sent, state, preview, file } = row
  const canBegin = (state === 'FAILED' && file !== null) || state === 'CANCELLED'
  const canCancel = isMoving(row) && state !== 'TAKING_IN'
  return (
    <li className="file-row">
      <span className="file-picture">{preview && <img src={preview} alt="" decoding="async" loading="lazy" />}</span>
      <div className="file-facts">
        <div className="file-head">
          <strong title={name}>{name}</strong>
          <Bytes count={size} />
        </div>
        {state === 'SENDING' && <Progress label={name} value={size > 0 ? sent / size : 0} />}
        <p className="file-state">
          <Says row={row} />
        </p>
      </div>
      <div className="file-actions">
        {canBegin && (
          <Button kind="plain" aria-label={`Retry ${name}`} title="Retry" onClick={() => onTryAgain(key)}>
            <RotateCcw aria-hidden="true" />
          </Button>
        )}
        {canCancel ? (
          <Button kind="plain" aria-label={`Cancel ${name}`} title="Cancel" onClick={() => cancel(key)}>
            <X aria-hidden="true" />
          </Button>
        ) : (
          state !== 'TAKING_IN' && (
            <Button kind="plain" aria-label={`Remove ${name}`} title="Remove" onClick={() => drop(new Set([key]))}>
              <X aria-hidden="true" />
            </Button>
          )
        )}
      </div>
    </li>
  )
})

const says: Record<RowState, { tone: Tone; text: string }> = {
  REFUSED: { tone: 'error', text: 'Refused' },
  CHOSEN: { tone: 'quiet', text: 'Ready to send' },
  MISSING: { tone: 'decision', text: 'Broken off: choose it again to go on' },
  CHECKING: { tone: 'quiet', text: 'Reading' },
  WAITING: { tone: 'quiet', text: 'Waiting' },
  SENDING: { tone: 'stage', text: 'Sending' },
  SENT: { tone: 'storage', text: 'Sent' },
  TAKING_IN: { tone: 'storage', text: 'Being taken in' },
  DONE: { tone: 'complete', text: 'Taken in' },
  TWIN: { tone: 'decision', text: '' },
  FAILED: { tone: 'error', text: 'Failed' },
  CANCELLED: { tone: 'quiet', text: 'Cancelled' },
}

function Says({ row: { state, problem, sent, size, duplicate } }: { row: Row }) {
  const { tone, text } = says[state]
  if (duplicate) {
    return (
      <State tone="decision">
        <span>
          Duplicate of{' '}
          {duplicate.imageId ? <Link href={addressOfImage(duplicate.imageId)}>{duplicate.name}</Link> : duplicate.name}
        </span>
      </State>
    )
  }
  if (state === 'MISSING') return <State tone={tone}>{text}</State>
  return <State tone={tone}>{state === 'SENDING' ? `${text}, ${formatPercent(sent / size)}` : (problem ?? text)}</State>
}
