import type { CombinedError } from 'urql'
import { noAnswer, sentenceOf } from './client.ts'

interface Refused {
  error?: CombinedError | undefined
}

/** Why a mutation was refused, in a sentence for people; null when it worked. `result` is the union it answers with. */
export function refusalOf({ error }: Refused, result: object | null | undefined): string | null {
  if (error) return sentenceOf(error)
  if (!result) return noAnswer
  return 'message' in result ? String(result.message) : null
}
