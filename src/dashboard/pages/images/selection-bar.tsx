import { useState } from 'react'
import { client, sentenceOf } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { formatCount, formatThings } from '../../parts/format.ts'
import type { Selected, Selection } from '../../parts/selection.ts'
import { BulkActions, type Told } from './bulk-actions.tsx'
import { BulkResult } from './bulk-result.tsx'
import { type GalleryFilter, idsInFilter } from './gallery-query.ts'

interface Props {
  filter: GalleryFilter
  /** how many are in the filter */
  total: number
  selection: Selection
  /** something was done to images */
  onDone: () => void
}

/** What can be done to what is selected, and what became of it. Comes next after the grid, for those who use Tab. */
export function SelectionBar({ filter, total, selection, onDone }: Props) {
  const { keys, onChange } = selection
  const [told, tell] = useState<Told | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  async function selectAll(): Promise<void> {
    const { data, error } = await client.query(idsInFilter, { filter }, { requestPolicy: 'network-only' }).toPromise()
    if (data) onChange(new Set(data.imageIds.ids))
    setProblem(error ? sentenceOf(error) : data?.imageIds.isWhole ? null : 'These are the newest; there are more.')
  }

  function end(result: Told, left: Selected): void {
    tell(result)
    onChange(left)
    onDone()
  }

  if (keys.size === 0) return told && <BulkResult told={told} onClose={() => tell(null)} />
  return (
    <section className="selection-bar" aria-label="Selection">
      <strong className="number">{formatThings(keys.size, 'image')} selected</strong>
      {keys.size < total && (
        <Button kind="plain" onClick={selectAll}>
          Select all {formatCount(total)} in this filter
        </Button>
      )}
      {problem && <span role="alert">{problem}</span>}
      <span className="selection-actions">
        <BulkActions ids={[...keys]} areDeleted={filter.status.includes('DELETED')} onEnd={end} />
        <Button
          kind="plain"
          onClick={() => {
            setProblem(null)
            onChange(new Set())
          }}
        >
          Clear
        </Button>
      </span>
    </section>
  )
}
