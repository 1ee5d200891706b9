import { describe, expect, it } from 'vitest'
import { createStatementNames } from '../../src/services/db/statement-names.ts'

describe('names of prepared statements', () => {
  it('are one for one text, and none for what comes after the first two hundred texts', () => {
    const nameOf = createStatementNames()
    const names = Array.from({ length: 201 }, (_each, index) => nameOf({ sql: `SELECT ${index}` }))
    expect(new Set(names).size).toBe(201)
    expect(names[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(names[200]).toBe('')
    expect(nameOf({ sql: 'SELECT 0' })).toBe(names[0])
  })
})
