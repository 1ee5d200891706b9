import { useState } from 'react'
import { idsAtOnce, type Outcome, remove, reprocess, restore } from '../../api/image-actions.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { formatCount, formatThings } from '../../parts/format.ts'
import { Progress } from '../../parts/progress.tsx'
import { RecipeChoice } from '../../parts/recipe-choice.tsx'
import type { Selected } from '../../parts/selection.ts'
import { inChunks } from './in-chunks.ts'

/** What was done, to how many. */
export interface Told {
  text: string
  runIds: readonly string[]
}

interface Props {
  ids: readonly string[]
  areDeleted: boolean
  /** `left`: those to which it was not done */
  onEnd: (told: Told, left: Selected) => void
}

/** Each asks first, with the number, and is done to exactly these, 1,000 a call. */
export function BulkActions({ ids, areDeleted, onEnd }: Props) {
  const [done, setDone] = useState<number | null>(null)
  const [recipes, setRecipes] = useState<Selected>(new Set())
  const count = formatCount(ids.length)
  const images = formatThings(ids.length, 'image')

  async function act(word: string, size: number, act: (ids: readonly string[]) => Promise<Outcome>) {
    setDone(0)
    const result = await inChunks(ids, size, act, setDone)
    setDone(null)
    const told = { text: `${formatThings(result.done.length, 'image')} ${word}`, runIds: result.runIds }
    if (result.refused === null) onEnd(told, new Set())
    else if (result.done.length > 0) onEnd(told, new Set(ids.slice(result.done.length)))
    return result.refused
  }

  const progress = done !== null && ids.length > idsAtOnce && (
    <Progress label={`${formatCount(done)} of ${count} sent`} value={done / ids.length} />
  )
  if (areDeleted) {
    return (
      <ConfirmDialog
        action={`Restore ${count}`}
        question={`Restore ${images}?`}
        onConfirm={() => act('restored', 1, restore)}
      >
        <p>What is missing of them is made again.</p>
        {progress}
      </ConfirmDialog>
    )
  }
  return (
    <>
      <ConfirmDialog
        action={`Reprocess ${count}`}
        question={`Reprocess ${images}?`}
        onConfirm={() => act('to be reprocessed', idsAtOnce, (chunk) => reprocess(chunk, [...recipes]))}
      >
        <RecipeChoice chosen={recipes} onChange={setRecipes} />
        {progress}
      </ConfirmDialog>
      <ConfirmDialog
        action={`Delete ${count}`}
        question={`Delete ${images}?`}
        kind="danger"
        onConfirm={() => act('deleted', idsAtOnce, remove)}
      >
        <p>They can be restored until their files are collected.</p>
        {progress}
      </ConfirmDialog>
    </>
  )
}
