import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import type { Started } from './actions.tsx'

const syncToD1 = graphql(`
  mutation SyncToD1($which: SyncChoice!, $dryRun: Boolean!) {
    syncToD1(input: { which: $which, dryRun: $dryRun }) {
      __typename
      ... on StartRunPayload { run { id } }
      ... on Error { code message }
    }
  }
`)

const choices = {
  COMPARED: 'What D1 lacks or has otherwise',
  DUE: 'What has changed since it was sent',
  ALL: 'Everything',
} as const
type Choice = keyof typeof choices

export function SyncNow({ onStarted }: { onStarted: (started: Started) => void }) {
  const [which, choose] = useState<Choice>('COMPARED')
  const [dryRun, setDryRun] = useState(false)
  const [, sync] = useMutation(syncToD1)

  async function confirm(): Promise<string | null> {
    const said = await sync({ which, dryRun })
    const answer = said.data?.syncToD1
    if (answer?.__typename !== 'StartRunPayload') return refusalOf(said, answer)
    onStarted({ id: answer.run.id, what: dryRun ? 'Dry run' : 'Sync' })
    return null
  }

  return (
    <ConfirmDialog action="Sync to D1 now" question="Bring the events to D1?" onConfirm={confirm}>
      <label className="labelled">
        Which
        <select className="field" value={which} onChange={(event) => choose(event.target.value as Choice)}>
          {Object.entries(choices).map(([choice, text]) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label className="checked">
        <input type="checkbox" checked={dryRun} onChange={(event) => setDryRun(event.target.checked)} />
        Only tell what would be sent (dry run)
      </label>
      <p>What changes is sent by itself; this is for what D1 has lost, or when you cannot wait.</p>
    </ConfirmDialog>
  )
}
