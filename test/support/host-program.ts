import { fileURLToPath } from 'node:url'

// In place of src/services/host-program.ts: made by test/support/workers.ts. A loader of TypeScript in the process and in
// each of its threads takes a second of CPU more, for each of the hundreds of image hosts that the tests start (measured).

export const hostFile = fileURLToPath(new URL('../../dist/workers/host.js', import.meta.url))

export const hostLoader: string[] = []
