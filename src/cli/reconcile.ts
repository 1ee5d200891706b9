import type { Api } from './api.ts'
import { type Followed, startAndFollow } from './follow.ts'

const mutation = `mutation ($input: ReconcileStorageInput!) { reconcileStorage(input: $input) {
  ... on StartRunPayload { run { id } } ... on Error { code message } ... on RunAlreadyActiveError { activeRunId } } }`

/** Succeeds when nothing was found, or everything that was found has been mended. Throws ApiError. */
export async function reconcile(
  api: Api,
  fix: boolean,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  const { findings, ...followed } = await startAndFollow(api, { mutation, input: { fix } }, signal, output)
  if (!signal.aborted) output.write(`${summary(findings, fix)}\n`)
  return { ...followed, findings, succeeded: followed.succeeded && (fix || findings === 0) }
}

function summary(findings: number, fix: boolean): string {
  if (findings === 0) return 'Storage and database agree.'
  const found = findings === 1 ? '1 object is not as it should be' : `${findings} objects are not as they should be`
  return fix
    ? `${found.replace(/ (is|are) /, findings === 1 ? ' was ' : ' were ')}.`
    : `${found}; greenroom reconcile --fix mends what can be mended.`
}
