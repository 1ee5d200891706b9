import { useAnnouncement } from '../../live/announce.ts'
import { Button } from '../../parts/button.tsx'
import { formatCount, formatThings } from '../../parts/format.ts'
import { tryAgain } from './choose-files.ts'
import { FileRow } from './file-row.tsx'
import { drop, isMoving, isOver, type Row } from './rows.ts'
import type { Policy } from './upload-queries.ts'

/** More would make the page slow; what needs somebody comes first then. */
const shown = 200

export function FileList({ files, policy }: { files: readonly Row[]; policy: Policy }) {
  useAnnouncement(tell(files))
  if (files.length === 0) return null
  const ended = files.filter(isOver)
  const first = files.length > shown ? files.toSorted((a, b) => Number(isOver(a)) - Number(isOver(b))) : files
  return (
    <section className="panel" aria-labelledby="chosen-files">
      <div className="files-head">
        <h2 id="chosen-files">{formatThings(files.length, 'file')}</h2>
        {ended.length > 0 && (
          <Button kind="plain" onClick={() => drop(new Set(ended.map(({ key }) => key)))}>
            Clear finished
          </Button>
        )}
      </div>
      <ul className="files" aria-labelledby="chosen-files">
        {first.slice(0, shown).map((row) => (
          <FileRow key={row.key} row={row} onTryAgain={(key) => tryAgain(key, policy)} />
        ))}
      </ul>
      {files.length > shown && <small>and {formatCount(files.length - shown)} more</small>}
    </section>
  )
}

/** How far they are, in a sentence to be heard; empty while nothing is on its way. */
function tell(files: readonly Row[]): string {
  const begun = files.filter(({ details }) => details !== null)
  if (begun.length === 0) return ''
  const done = begun.filter((row) => !isMoving(row) && row.state !== 'FAILED').length
  const failed = begun.filter(({ state }) => state === 'FAILED').length
  return `${formatCount(done)} of ${formatCount(begun.length)} sent, ${formatCount(failed)} failed`
}
