import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../api/graphql.ts'
import { Button } from '../parts/button.tsx'

const resumeRun = graphql(`
  mutation ResumeRun($id: ID!) {
    resumeRun(input: { id: $id }) { __typename ... on Error { message } }
  }
`)

/** Lets a paused run go on; it is gone as soon as that is heard of. */
export function ResumeButton({ id, name }: { id: string; name: string }) {
  const [{ fetching }, send] = useMutation(resumeRun)
  const [problem, setProblem] = useState<string | null>(null)

  async function resume(): Promise<void> {
    const { data, error } = await send({ id })
    const answer = data?.resumeRun
    setProblem(error?.message ?? (answer && 'message' in answer ? answer.message : null))
  }

  return (
    <>
      {problem && <span role="alert">{problem}</span>}
      <Button kind="plain" aria-label={`Resume ${name}`} aria-busy={fetching} disabled={fetching} onClick={resume}>
        Resume
      </Button>
    </>
  )
}
