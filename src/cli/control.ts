import { type Api, ApiError } from './api.ts'
import { runId, shortId } from './format.ts'

interface Answer {
  code?: string
  message?: string
  id: string
  status: string
  pausedAt: string | null
  processedCount: number
  totalCount: number
  run: { id: string }
}

async function tell(api: Api, mutation: string, inputType: string, input: object, fields: string): Promise<Answer> {
  const query = `mutation ($input: ${inputType}!) { answer: ${mutation}(input: $input) {
    ${fields} ... on Error { code message } } }`
  const { answer } = await api.query<{ answer: Answer }>(query, { input })
  if (answer.message) throw new ApiError(answer.message, { code: answer.code ?? null })
  return answer
}

const changed = '... on ProcessingRun { id status pausedAt processedCount totalCount }'

function describe({ id, status, pausedAt, processedCount, totalCount }: Answer): string {
  return `${shortId(id)}: ${status}${pausedAt ? ', paused' : ''}, ${processedCount} of ${totalCount} tasks are over`
}

/** Cancels a run; what is stored is kept. */
export async function cancelRun(api: Api, id: string, reason: string | null): Promise<string> {
  return describe(await tell(api, 'cancelRun', 'CancelRunInput', { id: runId(id), reason }, changed))
}

export async function pauseRun(api: Api, id: string): Promise<string> {
  return describe(await tell(api, 'pauseRun', 'RunIdInput', { id: runId(id) }, changed))
}

export async function resumeRun(api: Api, id: string): Promise<string> {
  return describe(await tell(api, 'resumeRun', 'RunIdInput', { id: runId(id) }, changed))
}

export const retryChoices = ['failed', 'cancelled', 'all'] as const

/** Does tasks of a run once more; resolves to the new run's global id. */
export async function retryRun(api: Api, id: string, only: (typeof retryChoices)[number]): Promise<string> {
  const input = { id: runId(id), only: only.toUpperCase() }
  const { run } = await tell(api, 'retryRun', 'RetryRunInput', input, '... on StartRunPayload { run { id } }')
  return run.id
}
