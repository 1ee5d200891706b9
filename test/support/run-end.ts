import type { HttpClient } from './client.ts'
import { eventually } from './eventually.ts'

/** Waits until a run is over, and returns the status that it ended with. */
export async function endOf({ gql }: Pick<HttpClient, 'gql'>, run: string): Promise<string> {
  const query = 'query ($id: ID!) { run(id: $id) { status } }'
  const look = async () => {
    const { status } = (await gql<{ run: { status: string } }>(query, { id: run })).run
    return !['QUEUED', 'RUNNING', 'CANCELLING'].includes(status) && status
  }
  // what a killed process worked on has to become free, and then be made
  return eventually(`run ${run} is over`, look, 60_000)
}
