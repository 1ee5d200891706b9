import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatThings, formatWord } from '../../src/dashboard/parts/format.ts'
import { mergeFirstPage, mergeNextPage } from '../../src/dashboard/parts/merge-pages.ts'

const items = (ids: string) => [...ids].map((id) => ({ id }))
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id).join('')

const page = (ids: string, totalCount = 100) => ({ items: items(ids), totalCount, isLast: totalCount === ids.length })

describe('a list that is read page by page', () => {
  it('takes what was added in at the top and keeps what was read below', () => {
    expect(idsOf(mergeFirstPage(items('cdefg'), page('abcde')))).toBe('abcdefg')
  })

  it('leaves out what is gone from its first page', () => {
    expect(idsOf(mergeFirstPage(items('abcdef'), page('acd')))).toBe('acdef')
  })

  it('begins anew when more was added than a page holds', () => {
    expect(idsOf(mergeFirstPage(items('mnop'), page('abc')))).toBe('abc')
  })

  it('keeps nothing below a page that is the last', () => {
    expect(idsOf(mergeFirstPage(items('ab'), page('ac', 2)))).toBe('ac')
  })

  it('begins anew when what was read below is more than there is', () => {
    expect(idsOf(mergeFirstPage(items('abcdef'), page('abc', 5)))).toBe('abc')
  })

  it('shows an item of the page before only once', () => {
    expect(idsOf(mergeNextPage(items('abc'), items('cde')))).toBe('abcde')
  })
})

describe('what people read', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [15_320, '15.3 kB'],
    [1_530_000, '1.53 MB'],
    [2_500_000_000_000, '2.50 TB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [0.4, '0 s'],
    [59, '59 s'],
    [200, '3 min 20 s'],
    [7_500, '2 h 5 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('says one thing and many', () => {
    expect([formatThings(1, 'image'), formatThings(1_200, 'image')]).toEqual(['1 image', '1,200 images'])
    expect(formatWord('WITH_FAILURES')).toBe('With failures')
  })
})
