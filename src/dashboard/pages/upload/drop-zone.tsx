import { FolderOpen, ImageUp } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { listTypes } from './check-file.ts'
import { droppedFiles } from './dropped-files.ts'
import type { Policy } from './upload-queries.ts'

interface Props {
  policy: Policy
  onFiles: (files: readonly File[]) => void
}

/** Files by drop anywhere on the page, by paste, or chosen, one by one or a folder of them. */
export function DropZone({ policy, onFiles }: Props) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const isOver = useDroppedFiles(onFiles)
  const { mimeTypes, maxBytes, minWidth, minHeight } = policy

  function take(input: HTMLInputElement): void {
    onFiles([...(input.files ?? [])])
    // the same files again are a change, too
    input.value = ''
  }

  return (
    <div className="drop">
      <button
        type="button"
        className="drop-zone"
        data-over={isOver || undefined}
        onClick={() => files.current?.click()}
      >
        <ImageUp aria-hidden="true" />
        <strong>Drop photos here, paste them, or choose files</strong>
        <small>
          {listTypes(mimeTypes)}, up to {formatBytes(maxBytes)} each, at least {formatCount(minWidth)} ×{' '}
          {formatCount(minHeight)} px
        </small>
      </button>
      <Button kind="plain" onClick={() => folder.current?.click()}>
        <FolderOpen aria-hidden="true" />
        Choose a folder
      </Button>
      <input ref={files} type="file" multiple hidden onChange={(event) => take(event.currentTarget)} />
      <input
        ref={(input) => {
          folder.current = input
          // React does not know it as an attribute
          if (input) input.webkitdirectory = true
        }}
        type="file"
        multiple
        hidden
        onChange={(event) => take(event.currentTarget)}
      />
    </div>
  )
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false

/** Whether files are held over the page. */
function useDroppedFiles(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false)
  const take = useEffectEvent(async (data: DataTransfer | null) => {
    const files = data ? await droppedFiles(data) : []
    if (files.length > 0) onFiles(files)
  })
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    // what is dropped beside the zone would be opened in place of the page
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    addEventListener('dragover', over, { signal })
    addEventListener('dragleave', ({ relatedTarget }) => relatedTarget || setOver(false), { signal })
    addEventListener(
      'drop',
      (event) => {
        if (hasFiles(event)) event.preventDefault()
        setOver(false)
        void take(event.dataTransfer)
      },
      { signal },
    )
    addEventListener('paste', ({ clipboardData }) => void take(clipboardData), { signal })
    return () => stop.abort()
  }, [])
  return isOver
}
