import { type Config, loadConfig } from '../config.ts'
import { abortWhen, InterruptedError, untilStopped } from '../signals.ts'
import { type Connection, connect } from './connect.ts'
import { shortId } from './format.ts'

/** What commands have in common. */
export interface Tools {
  /** throws ConfigError */
  config(): Config
  /** what the server of GREENROOM_URL is shown (GREENROOM_TOKEN) */
  token: string | null
  connect(options?: { works?: boolean; ownUrls?: boolean }): Promise<Connection>
  /** aborted by Ctrl-C */
  stopping(): AbortSignal
  /** sets the exit code as a shell tells of a program that a signal ended */
  endInterrupted(stopping: AbortSignal): void
  /** sets the exit code of a command that followed a run, and says what becomes of one that nobody follows any more */
  endFollowing(connected: Connection, runId: string | null, succeeded: boolean, stopping: AbortSignal): void
  print(text: string): void
}

export function createTools(env: Readonly<Record<string, string | undefined>>): Tools {
  const config = () => loadConfig(env)
  const server = { url: env.GREENROOM_URL, token: env.GREENROOM_TOKEN || null }
  const print = (text: string) => void process.stdout.write(`${text}\n`)

  function endInterrupted({ reason }: AbortSignal): void {
    process.exitCode = reason instanceof InterruptedError ? reason.exitCode : 1
  }

  return {
    config,
    token: server.token,
    connect: ({ works = false, ownUrls = false } = {}) => connect(config(), server, { works, ownUrls }),
    stopping: () => abortWhen(untilStopped()),
    endInterrupted,
    endFollowing({ inProcess }, runId, succeeded, stopping) {
      if (!stopping.aborted) {
        if (!succeeded) process.exitCode = 1
        return
      }
      const fate = inProcess ? 'The run goes on with the next greenroom serve' : 'The server goes on with the run'
      if (runId) print(`${fate}; greenroom runs cancel ${shortId(runId)} ends it.`)
      endInterrupted(stopping)
    },
    print,
  }
}

/** Names with commas between them, given once or more than once. */
export function collect(value: string, before: string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim())
  return [...before, ...names.filter((name) => name !== '')]
}
