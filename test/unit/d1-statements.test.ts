import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { D1Row } from '../../src/services/d1/d1.ts'
import { newestOf, planUpserts, type Upsert } from '../../src/services/d1/d1-statements.ts'

const bytesOf = (value: unknown) => Buffer.byteLength(String(value ?? ''))

/** Long ones are what the limits are for: up to 300 KB a value, of one, two or four bytes a character. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .record({ unit: fc.constantFrom('x', 'é', '😀', '"', '\n'), times: fc.integer({ min: 0, max: 75_000 }) })
    .map(({ unit, times }) => unit.repeat(times)),
)

const row: fc.Arbitrary<D1Row> = fc.record({
  id: fc.string({ maxLength: 12 }),
  artistName: words,
  artistSlug: fc.string({ maxLength: 12 }),
  artistImageUrl: fc.option(words),
  venueTag: fc.string({ maxLength: 12 }),
  revision: fc.nat(),
})

const many = fc.array(row, { maxLength: 60 })

function rowsIn({ params }: Upsert, form: 'json' | 'plain'): unknown[] {
  if (form === 'json') return JSON.parse(String(params[0]))
  return Array.from({ length: params.length / 6 }, (_each, index) => {
    const [id, artistName, artistSlug, artistImageUrl, venueTag, revision] = params.slice(index * 6, index * 6 + 6)
    return { id, artistName, artistSlug, artistImageUrl, venueTag, revision }
  })
}

describe.each(['json', 'plain'] as const)('statements in the form %s', (form) => {
  it('stay within the limits of D1, and hold every row once, in its order', () => {
    fc.assert(
      fc.property(many, (rows) => {
        const plan = planUpserts(rows, form)
        for (const { sql, params, count } of plan) {
          expect(count).toBeGreaterThan(0)
          expect(params.length).toBeLessThanOrEqual(100)
          expect(Buffer.byteLength(sql)).toBeLessThanOrEqual(100_000)
          for (const param of params) expect(bytesOf(param)).toBeLessThanOrEqual(1_000_000)
          expect(sql.match(/\?/g)).toHaveLength(params.length)
        }
        expect(plan.flatMap((upsert) => rowsIn(upsert, form))).toEqual(rows)
        expect(plan.map((upsert) => rowsIn(upsert, form).length)).toEqual(plan.map(({ count }) => count))
      }),
      { numRuns: 60 },
    )
  })

  it('are none for no rows', () => {
    expect(planUpserts([], form)).toEqual([])
  })
})

it('fills each request before it begins the next', () => {
  fc.assert(
    fc.property(many, (rows) => {
      const params = planUpserts(rows, 'json').map((upsert) => String(upsert.params[0]))
      for (const [index, param] of params.slice(0, -1).entries()) {
        const [next] = JSON.parse(params[index + 1] ?? '[]')
        expect(bytesOf(param) + bytesOf(JSON.stringify(next)) + 1).toBeGreaterThan(1_000_000)
      }
    }),
    { numRuns: 60 },
  )
})

it('carries a row of exactly as many bytes as are allowed, and refuses one more', () => {
  const filled = (length: number): D1Row => {
    return { id: '1', artistName: 'x'.repeat(length), artistSlug: '', artistImageUrl: null, venueTag: '', revision: 1 }
  }
  const frame = JSON.stringify([filled(0)]).length
  const [upsert] = planUpserts(newestOf([filled(1_000_000 - frame)]), 'json')
  expect(bytesOf(upsert?.params[0])).toBe(1_000_000)
  expect(() => newestOf([filled(1_000_001 - frame)])).toThrow('The row of event 1 has')
})

it('keeps of each id the row with the highest revision, the first of several with it', () => {
  const few = fc.array(
    fc.record({ id: fc.constantFrom('a', 'b', 'c'), revision: fc.nat({ max: 3 }), artistName: fc.string() }),
  )
  fc.assert(
    fc.property(few, (parts) => {
      const rows = parts.map((part) => ({ ...part, artistSlug: '', artistImageUrl: null, venueTag: '' }))
      const ids = [...new Set(rows.map(({ id }) => id))]
      const expected = ids.map((id) => {
        const same = rows.filter((each) => each.id === id)
        const highest = Math.max(...same.map(({ revision }) => revision))
        return same.find(({ revision }) => revision === highest)
      })
      expect(newestOf(rows)).toEqual(expected)
    }),
  )
})

it('names a row that is too large by the beginning of its id, whatever that is', () => {
  const large = {
    id: 'x'.repeat(2_000_000),
    artistName: '',
    artistSlug: '',
    artistImageUrl: null,
    venueTag: '',
    revision: 1,
  }
  expect(() => newestOf([large])).toThrow(/^The row of event x{100}… has 2000\d+ bytes/)
})
