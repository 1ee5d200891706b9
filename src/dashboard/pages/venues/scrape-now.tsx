import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import type { Started } from './actions.tsx'
import { sourceNames } from './venues-query.ts'

const scrapeVenues = graphql(`
  mutation ScrapeVenues($sources: [VenueSource!], $dryRun: Boolean!) {
    scrapeVenues(input: { sources: $sources, dryRun: $dryRun }) {
      __typename
      ... on StartRunPayload { run { id } }
      ... on Error { code message }
    }
  }
`)

const sources = Object.keys(sourceNames) as (keyof typeof sourceNames)[]

export function ScrapeNow({ onStarted }: { onStarted: (started: Started) => void }) {
  const [chosen, choose] = useState('')
  const [dryRun, setDryRun] = useState(false)
  const [, scrape] = useMutation(scrapeVenues)

  async function confirm(): Promise<string | null> {
    const said = await scrape({ sources: sources.filter((source) => source === chosen), dryRun })
    const answer = said.data?.scrapeVenues
    if (answer?.__typename !== 'StartRunPayload') return refusalOf(said, answer)
    onStarted({ id: answer.run.id, what: dryRun ? 'Dry run' : 'Scrape' })
    return null
  }

  return (
    <ConfirmDialog action="Scrape now" question="Read the pages of the venues?" onConfirm={confirm}>
      <label className="labelled">
        Whose
        <select className="field" value={chosen} onChange={(event) => choose(event.target.value)}>
          <option value="">All sources</option>
          {sources.map((source) => (
            <option key={source} value={source}>
              {sourceNames[source]}
            </option>
          ))}
        </select>
      </label>
      <label className="checked">
        <input type="checkbox" checked={dryRun} onChange={(event) => setDryRun(event.target.checked)} />
        Only tell what is on the pages (dry run)
      </label>
      <p>Events are recorded, and the pictures of their artists are taken in and processed.</p>
    </ConfirmDialog>
  )
}
