import type { PrismaClient } from '../../generated/d1/client.ts'

/** What lies behind the table: how statements get there, and nothing of what they are. */
export interface D1Backend extends AsyncDisposable {
  /** as that of D1 */
  readonly place: string
  /**
   * Runs a task that sends one statement. Throws what d1-faults can classify, or at an abort anything; it may have had
   * its effect all the same.
   */
  run<T>(task: (db: PrismaClient) => Promise<T>, signal: AbortSignal): Promise<T>
}
