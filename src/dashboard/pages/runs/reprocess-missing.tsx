import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { useMay } from '../../api/viewer.ts'
import { useLiveQuery } from '../../live/use-live-query.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { Answered } from '../../parts/answered.tsx'
import { Bytes } from '../../parts/bytes.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Facts } from '../../parts/facts.tsx'
import { formatCount, formatDuration } from '../../parts/format.ts'

const previewQuery = graphql(`
  query PreviewMissing {
    runPreview(scope: { scope: MISSING }) { totalCount units megapixels seconds bytes }
  }
`)

const reprocessMissing = graphql(`
  mutation ReprocessMissing {
    reprocessImages(input: { scope: MISSING }) {
      ... on StartRunPayload { run { id } }
      ... on Error { message }
    }
  }
`)

/** Makes what images lack, after it was told how much that is. */
export function ReprocessMissing() {
  const mayEdit = useMay('editor')
  const [, navigate] = useLocation()
  const [, reprocess] = useMutation(reprocessMissing)
  if (!mayEdit) return null

  async function begin(): Promise<string | null> {
    const answer = await reprocess({})
    const started = answer.data?.reprocessImages
    const refused = refusalOf(answer, started)
    if (started && 'run' in started) navigate(addressOfRun(started.run.id))
    return refused
  }

  return (
    <ConfirmDialog action="Reprocess what is missing" question="Reprocess what is missing?" onConfirm={begin}>
      <Preview />
    </ConfirmDialog>
  )
}

/** What it would be, as of now. */
function Preview() {
  const answer = useLiveQuery({ query: previewQuery, variables: {}, on: [] })
  return (
    <Answered answer={answer} label="Preview" lines={4}>
      {({ runPreview: { totalCount, units, seconds, bytes } }) =>
        totalCount === 0 ? (
          <p>No image lacks anything.</p>
        ) : (
          <Facts
            facts={[
              { name: 'Images', value: formatCount(totalCount) },
              { name: 'Variants to make', value: formatCount(units) },
              { name: 'Takes about', value: formatDuration(seconds) },
              { name: 'To be stored, about', value: <Bytes count={bytes} /> },
            ]}
          />
        )
      }
    </Answered>
  )
}
