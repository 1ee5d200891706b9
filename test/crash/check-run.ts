import { type Counters, eventsOf, type ShownRun } from './api.ts'

const terminal = ['SUCCEEDED', 'FAILED', 'CANCELLED']

export const isTerminal = (type: string | undefined) => type !== undefined && terminal.includes(type)

export function addsUp(run: Counters): boolean {
  const ended = run.succeededCount + run.skippedCount + run.failedCount + run.cancelledCount
  return run.processedCount === ended && run.processedCount <= run.totalCount
}

/** A run that has ended. */
export function checkRun(id: string, run: ShownRun): string[] {
  const violations: string[] = []
  const count = (status: string) => run.tasks.nodes.filter((task) => task.status === status).length
  if (!isTerminal(run.status)) violations.push(`Run ${id} is ${run.status}.`)
  if (!addsUp(run) || run.processedCount !== run.totalCount) violations.push(`Run ${id} does not add up.`)
  if (run.totalCount !== run.tasks.nodes.length) violations.push(`Run ${id} has not as many tasks as it says.`)
  const tasksAgree =
    run.succeededCount === count('SUCCEEDED') &&
    run.skippedCount === count('SKIPPED') &&
    run.failedCount === count('FAILED')
  if (!tasksAgree) violations.push(`Run ${id} counts other ends than its tasks have.`)
  return violations
}

/** Its events as a subscriber gets them. */
export async function checkEvents(url: string, runId: string): Promise<string[]> {
  const events = await eventsOf(url, runId)
  const violations: string[] = []
  const report = (what: string) => violations.push(`Run ${runId}: ${what}.`)
  if (events.some(({ seq }, index) => seq !== index + 1)) {
    report(`its events are numbered ${events.map(({ seq }) => seq).join(' ')}`)
  }
  const ends = events.filter(({ type }) => isTerminal(type)).length
  if (ends !== 1) report(`it has ${ends} terminal events`)
  if (!isTerminal(events.at(-1)?.type)) report('its last event is not the terminal one')
  if (!events.every(({ run }) => addsUp(run))) report('the counters of an event do not add up')
  const stored = events.flatMap(({ type, variant }) => (type === 'VARIANT_STORED' ? [variant?.key] : []))
  if (stored.includes(undefined)) report('an event tells of a variant that is not there')
  if (new Set(stored).size !== stored.length) report('it stored a variant twice')
  return violations
}
