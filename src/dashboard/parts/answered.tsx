import type { ReactNode } from 'react'
import type { LiveAnswer } from '../live/use-live-query.ts'
import { ErrorState, Skeleton } from './states.tsx'

interface Props<Data> {
  answer: LiveAnswer<Data>
  /** what is being read */
  label: string
  /** lines of the skeleton, about as high as what comes */
  lines?: number
  children: (data: Data) => ReactNode
}

/** Shows an answer, or that it is on its way, or why there is none. What was read once stays when a later try fails. */
export function Answered<Data>({ answer, label, lines = 3, children }: Props<Data>) {
  const { data, error, loading, ask } = answer
  if (data) return children(data)
  return error && !loading ? (
    <ErrorState error={error} onTryAgain={ask} />
  ) : (
    <Skeleton label={`${label}: loading`} lines={lines} />
  )
}
