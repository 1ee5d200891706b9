import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'

const setConcurrency = graphql(`
  mutation SetConcurrency($concurrency: Int!) {
    setConcurrency(input: { concurrency: $concurrency }) { __typename ... on Error { code message } }
  }
`)

/** How many tasks the service takes at once, until it ends. */
export function ChangeSlots({ slots, onChange }: { slots: number; onChange: () => void }) {
  const [wanted, want] = useState(String(slots))
  const [, change] = useMutation(setConcurrency)

  async function confirm(): Promise<string | null> {
    const said = await change({ concurrency: Number.parseInt(wanted, 10) || 0 })
    const refused = refusalOf(said, said.data?.setConcurrency)
    if (refused === null) onChange()
    return refused
  }

  return (
    <ConfirmDialog action="Change slots" question="Change how many tasks run at once?" onConfirm={confirm}>
      <label className="labelled">
        Tasks at once, 0 to 256
        <input
          className="field"
          type="number"
          min="0"
          max="256"
          value={wanted}
          onChange={(event) => want(event.target.value)}
        />
      </label>
      <p>
        Now {slots}. With 0, nothing more is begun; what is in work goes on. It holds until the service ends, then
        CONCURRENCY holds again.
      </p>
    </ConfirmDialog>
  )
}
