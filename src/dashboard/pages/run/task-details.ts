/** What is told of a task. */
export interface Details {
  id: string
  subject: string
  status: string
  stage: string
  attempt: number
  errorCode: string | null
  errorMessage: string | null
  errorStage: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  image: { id: string } | null
  run: { id: string; requestId: string | null }
}

/** What follows the path of an address may be a signature that lets in whoever has it. */
const withoutQueries = (text: string) => text.replace(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/g, '$1')

/** What one hands to whoever looks into it: names and facts, nothing that lets anybody in. */
export function taskDetails(task: Details, address: string): string {
  const facts = {
    subject: task.subject,
    status: task.status,
    code: task.errorCode,
    message: task.errorMessage,
    stage: task.errorStage ?? task.stage,
    attempts: task.attempt,
    time: task.finishedAt ?? task.startedAt ?? task.createdAt,
    image: task.image?.id,
    task: task.id,
    run: task.run.id,
    request: task.run.requestId,
    page: address,
  }
  const lines = Object.entries(facts).map(([name, value]) => (value ? `${name}: ${value}` : ''))
  return withoutQueries(lines.filter(Boolean).join('\n'))
}
