import { FoundError, judgeAnswer } from './judge.ts'

/** A service, and the headers that somebody sends to it. */
export interface Asked {
  readonly url: string
  readonly headers: Record<string, string>
}

/** Asks what has to be answered; throws FoundError for an answer that must not be, or without data. */
export async function ask<T>({ url, headers }: Asked, query: string, variables = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  const answer = { status: response.status, body: await response.text() }
  judgeAnswer('/graphql', answer)
  const { data } = JSON.parse(answer.body) as { data?: T }
  if (!data) throw new FoundError(`An ordinary request no longer works: ${answer.body}`)
  return data
}
