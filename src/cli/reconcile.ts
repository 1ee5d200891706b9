import type { Api } from './api.ts'
import { type Followed, startAndFollow } from './follow.ts'

const mutation = `mutation ($input: ReconcileStorageInput!) { reconcileStorage(input: $input) {
  ... on StartRunPayload { run { id } } ... on Error { code message } ... on RunAlreadyActiveError { activeRunId } } }`

/**
 * Succeeds when nothing was found, or everything that was found has been mended. Throws ApiError, also when a comparison
 * is under way already: it may be one that mends nothing.
 */
export async function reconcile(
  api: Api,
  fix: boolean,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  const { findings, ...followed } = await startAndFollow(api, { mutation, input: { fix } }, signal, output)
  const { succeeded } = followed
  if (!signal.aborted) output.write(`${summary(findings, fix, succeeded)}\n`)
  return { ...followed, findings, succeeded: succeeded && (fix || findings === 0) }
}

/** `succeeded`: of the run, which fails where it cannot compare or mend something. */
function summary(findings: number, fix: boolean, succeeded: boolean): string {
  const isOne = findings === 1
  if (findings === 0) {
    return succeeded ? 'Storage and database agree.' : 'Nothing was found, but not everything could be compared.'
  }
  if (!fix) {
    const found = isOne ? '1 object is not as it should be' : `${findings} objects are not as they should be`
    return `${found}; greenroom reconcile --fix mends what can be mended.`
  }
  const found = isOne ? '1 object was not as it should be' : `${findings} objects were not as they should be`
  return succeeded ? `${found}, and ${isOne ? 'is' : 'all are'} mended.` : `${found}; not everything could be mended.`
}
