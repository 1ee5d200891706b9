import { createLog, type Log } from '../../src/log.ts'

export interface LogLine {
  level: number
  msg: string
  requestId?: string
  runId?: string
  taskId?: string
  [field: string]: unknown
}

/** A log that says everything, and what it has said. */
export function createLogLines(level = 'trace'): { log: Log; text(): string; lines(): LogLine[] } {
  const written: string[] = []
  return {
    log: createLog(level, { write: (line) => void written.push(line) }),
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line)),
  }
}
