import { createHash } from 'node:crypto'

/** Of one connection: each takes memory of PostgreSQL, some 30 kB. */
const mostNames = 200

/**
 * Names under which PostgreSQL keeps statements prepared, so that what is asked again and again is parsed and planned
 * once a connection (measured: 0.6 of the CPU of PostgreSQL for each task). Those beyond the first two hundred texts are
 * prepared each time, since the texts of a statement over a list are as many as its lengths.
 */
export function createStatementNames(): (statement: { sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    // an empty name: not kept
    if (names.size >= mostNames) return ''
    const name = createHash('sha256').update(sql).digest('hex').slice(0, 32)
    names.set(sql, name)
    return name
  }
}
