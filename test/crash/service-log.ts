import { readFile } from 'node:fs/promises'

/** What one service asked of its image host: a unit of an original that was opened then. */
export interface EncodeRequest {
  path: string
  openedAt: number
  handle: number
  width: number
  height: number
  format: string
  quality: number | null
  at: number
}

/** What test/support/crash-at.mjs saw of one service. */
export interface ServiceLog {
  hostPids: number[]
  encodes: EncodeRequest[]
  /** keys that objects were put under, relative to DATA_DIR */
  puts: string[]
}

type Fact =
  | ({ kind: 'encode' } & EncodeRequest)
  | { kind: 'put'; key: string }
  | { kind: 'host'; pid: number }
  | { kind: 'service'; pid: number }

export async function readServiceLog(file: string): Promise<ServiceLog> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const facts = lines.map((line) => JSON.parse(line) as Fact)
  return {
    hostPids: facts.flatMap((fact) => (fact.kind === 'host' ? [fact.pid] : [])),
    encodes: facts.filter((fact) => fact.kind === 'encode'),
    puts: facts.flatMap((fact) => (fact.kind === 'put' ? [fact.key] : [])),
  }
}
