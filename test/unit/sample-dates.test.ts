import { describe, expect, it } from 'vitest'
import { fillDates } from '../../src/cli/sample-dates.ts'

// a Wednesday
const noon = new Date('2026-11-25T20:00:00Z')

describe('the days of the sample venues', () => {
  it('are the next of their weekday, written in four ways', () => {
    expect(fillDates('{{fri 0 code}} {{fri 0 text}} {{fri 0 us}} {{fri 0 slug}}', noon)).toBe(
      '20261127 Nov 27, 2026 11/27/2026 11-27-2026',
    )
    expect(fillDates('{{wed 0 code}} {{tue 0 code}} {{tue 2 code}}', noon)).toBe('20261125 20261201 20261215')
  })

  it('stay what they are until the night is over in Las Vegas', () => {
    const fill = (time: string) => fillDates('{{fri 0 code}}', new Date(time))
    expect(fill('2026-11-21T14:00:01Z')).toBe('20261127')
    // 05:59 on Saturday
    expect(fill('2026-11-28T13:59:00Z')).toBe('20261127')
    expect(fill('2026-11-28T14:00:00Z')).toBe('20261204')
  })

  it('are never left unfilled', () => {
    expect(() => fillDates('{{fry 0 code}}', noon)).toThrow('{{fry 0 code}} is no day.')
    expect(() => fillDates('{{fri 0 iso}}', noon)).toThrow('{{fri 0 iso}} is no day.')
  })
})
