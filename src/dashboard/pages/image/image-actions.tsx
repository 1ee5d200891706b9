import { useState } from 'react'
import { Link } from 'wouter'
import { remove, reprocess, restore } from '../../api/image-actions.ts'
import { useMay } from '../../api/viewer.ts'
import { ring } from '../../live/bell.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { RecipeChoice } from '../../parts/recipe-choice.tsx'
import type { Selected } from '../../parts/selection.ts'
import type { ImageDetails } from './image-query.ts'

/** What can be done to it, each with a question first. */
export function ImageActions({ image: { id, filename, deletedAt } }: { image: ImageDetails }) {
  const [recipes, setRecipes] = useState<Selected>(new Set())
  const [runId, setRunId] = useState<string | null>(null)
  if (!useMay('editor')) return null

  async function change(act: () => ReturnType<typeof remove>): Promise<string | null> {
    const outcome = await act()
    setRunId(outcome.runId ?? null)
    ring('images')
    return outcome.refused
  }

  if (deletedAt) {
    return (
      <ConfirmDialog action="Restore" question={`Restore ${filename}?`} onConfirm={() => change(() => restore([id]))}>
        <p>What is missing of it is made again.</p>
      </ConfirmDialog>
    )
  }
  return (
    <>
      {runId && <Link href={addressOfRun(runId)}>Show the run</Link>}
      <ConfirmDialog
        action="Reprocess"
        question={`Reprocess ${filename}?`}
        onConfirm={() => change(() => reprocess([id], [...recipes]))}
      >
        <RecipeChoice chosen={recipes} onChange={setRecipes} />
      </ConfirmDialog>
      <ConfirmDialog
        action="Delete"
        question={`Delete ${filename}?`}
        kind="danger"
        onConfirm={() => change(() => remove([id]))}
      >
        <p>It can be restored until its files are collected.</p>
      </ConfirmDialog>
    </>
  )
}
