import { documentedServerErrors, knownCodes, leaks } from './expectations.ts'
import { count } from './tally.ts'

/** Something that no request may bring about. */
export class FoundError extends Error {
  override readonly name = 'FoundError'
}

interface GraphQLFailure {
  message?: string
  extensions?: { code?: string } | undefined
}

/** Throws FoundError for a status of 5xx that is not documented. */
export function judgeStatus(path: string, status: number): void {
  const documented = documentedServerErrors.some((each) => each.status === status && each.path.test(path))
  count('HTTP status', documented ? `${status}, as documented` : String(status))
  if (status >= 500 && !documented) throw new FoundError(`The service answered ${status}.`)
}

/** Throws FoundError for what must not leave the service. */
export function judgeText(text: string): void {
  for (const [what, form] of leaks) {
    const found = form.exec(text)
    if (found)
      throw new FoundError(
        `The answer has ${what} in it: ${text.slice(Math.max(0, found.index - 80), found.index + 160)}`,
      )
  }
}

/** Throws FoundError for an error without a code, or with one that nobody can act on. */
export function judgeErrors(errors: readonly GraphQLFailure[]): void {
  for (const { message, extensions } of errors) {
    count('error code', String(extensions?.code))
    if (!extensions?.code || !knownCodes.has(extensions.code)) {
      throw new FoundError(`An error has the code ${extensions?.code}: ${message}`)
    }
  }
}

/** Judges a whole answer, JSON or not. */
export function judgeAnswer(path: string, { status, body }: { status: number; body: string }): void {
  judgeStatus(path, status)
  judgeBody(body)
}

/** Judges what an answer has in it. */
export function judgeBody(body: string): void {
  // the page of GraphiQL names parts of itself
  if (!/^<!doctype html/i.test(body)) judgeText(body)
  const errors = errorsIn(body)
  if (errors) judgeErrors(errors)
}

function errorsIn(body: string): GraphQLFailure[] | null {
  try {
    const { errors } = JSON.parse(body) as { errors?: GraphQLFailure[] }
    return Array.isArray(errors) ? errors : null
  } catch {
    return null
  }
}
