import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { useMay } from '../../api/viewer.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { addressOfRun } from '../../parts/addresses.ts'

const reprocessImage = graphql(`
  mutation ReprocessImage($id: ID!) {
    reprocessImages(input: { scope: IMAGES, ids: [$id] }) {
      ... on StartRunPayload { run { id } }
      ... on Error { message }
    }
  }
`)

/** Makes what one image lacks, in a run of its own. */
export function ProcessAgain({ imageId }: { imageId: string }) {
  const mayEdit = useMay('editor')
  const [, navigate] = useLocation()
  const [, reprocess] = useMutation(reprocessImage)
  if (!mayEdit) return null

  async function begin(): Promise<string | null> {
    const answer = await reprocess({ id: imageId })
    const started = answer.data?.reprocessImages
    const refused = refusalOf(answer, started)
    if (started && 'run' in started) navigate(addressOfRun(started.run.id))
    return refused
  }

  return (
    <ActionButton kind="primary" onAct={begin}>
      Retry this one
    </ActionButton>
  )
}
