import { describe, expect, it } from 'vitest'
import type { D1, D1Row } from '../../src/services/d1/d1.ts'

/** An empty place, which others may write into as well. */
export interface D1Place extends AsyncDisposable {
  d1: D1
  /** as another program would do it */
  execute(sql: string): Promise<unknown>
  /** another D1 on a place that does not work, for a reason that somebody has to mend or that passes */
  broken(): Promise<D1>
}

/** `00042` for 42: ids in the order of their numbers. */
export function rowOf(number: number, changes: Partial<D1Row> = {}): D1Row {
  const id = String(number).padStart(5, '0')
  return {
    id,
    artistName: `Artist ${id}`,
    artistSlug: `artist-${id}`,
    artistImageUrl: `https://img.example.com/${id}.webp`,
    venueTag: 'palace-station',
    revision: 1,
    ...changes,
  }
}

export const rowsOf = (count: number, changes: Partial<D1Row> = {}) =>
  Array.from({ length: count }, (_each, index) => rowOf(index + 1, changes))

export const never = new AbortController().signal

const oldTable =
  'CREATE TABLE events (id TEXT PRIMARY KEY, artist_name TEXT, artist_slug TEXT, artist_image_url TEXT, venue_tag TEXT)'

/** What D1 promises, whatever is behind it. */
export function describeD1(name: string, create: () => Promise<D1Place>): void {
  describe(name, () => {
    it('holds nothing before the first row, and gives back what was put in', async () => {
      await using place = await create()
      expect(await place.d1.read(null, 10, never)).toEqual([])
      await place.d1.upsert([rowOf(2), rowOf(1)], never)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(1), rowOf(2)])
    })

    it('takes a newer row in place of an older one, and leaves the others alone', async () => {
      await using place = await create()
      await place.d1.upsert(rowsOf(3), never)
      const changed = rowOf(2, { artistName: 'Renamed', artistImageUrl: null, venueTag: 'sand-dollar', revision: 2 })
      await place.d1.upsert([changed, rowOf(4)], never)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(1), changed, rowOf(3), rowOf(4)])
    })

    it.each([7, 6, 0])('keeps the row of revision 7 when another of revision %i arrives late', async (revision) => {
      await using place = await create()
      const row = rowOf(1, { revision: 7 })
      await place.d1.upsert([row], never)
      await place.d1.upsert([rowOf(1, { artistName: 'Late', revision })], never)
      expect(await place.d1.read(null, 10, never)).toEqual([row])
    })

    it('takes the newest of several rows with one id, wherever it stands', async () => {
      await using place = await create()
      const rows = [3, 5, 4].map((revision) => rowOf(1, { artistName: `of ${revision}`, revision }))
      await place.d1.upsert(rows, never)
      expect(await place.d1.read(null, 10, never)).toEqual([rows[1]])
    })

    it('takes 5,000 rows at once, and gives them back in pages by id', async () => {
      await using place = await create()
      const rows = rowsOf(5_000)
      await place.d1.upsert([...rows].reverse(), never)
      const read: D1Row[] = []
      for (let page = await place.d1.read(null, 2_000, never); page.length > 0; ) {
        read.push(...page)
        page = await place.d1.read(page.at(-1)?.id ?? '', 2_000, never)
      }
      expect(read).toEqual(rows)
    })

    it.each([
      ['quotes', `O'Brien & "The Who" \\ \`x\`; DROP TABLE events; -- ?1 $1 :a @b %s`],
      ['other alphabets', 'Björk 東京事変 😀 👩‍👩‍👧 עברית e\u0301 \u0001 \u2028'],
      ['JSON', '{"a":[null,1e3]}'],
      ['a number', '0012.50'],
      ['a date', '2026-07-31T20:00:00.000Z'],
      ['a date with a blank', '2026-07-31 20:00:00'],
      ['line breaks', 'a\r\nb\tc'],
      ['nothing', ''],
    ])('changes nothing of a name with %s', async (_what, artistName) => {
      await using place = await create()
      const row = rowOf(1, { id: `id ${artistName}`, artistName, artistSlug: artistName, venueTag: artistName })
      await place.d1.upsert([row], never)
      expect(await place.d1.read(null, 10, never)).toEqual([row])
    })

    it('keeps a picture that is missing apart from one without an address', async () => {
      await using place = await create()
      const rows = [rowOf(1, { artistImageUrl: null }), rowOf(2, { artistImageUrl: '' })]
      await place.d1.upsert(rows, never)
      expect(await place.d1.read(null, 10, never)).toEqual(rows)
    })

    it('counts revisions past what 32 bits hold', async () => {
      await using place = await create()
      const row = rowOf(1, { revision: 2 ** 40 })
      await place.d1.upsert([rowOf(1, { revision: 2 ** 31 })], never)
      await place.d1.upsert([row], never)
      expect(await place.d1.read(null, 10, never)).toEqual([row])
    })

    it("adopts the older pipeline's table, whose rows are older than any", async () => {
      await using place = await create()
      await place.execute(oldTable)
      await place.execute(
        "INSERT INTO events VALUES ('00001', 'Old', 'old', NULL, 'tag'), ('00002', NULL, NULL, '', NULL)",
      )
      const old = {
        id: '00001',
        artistName: 'Old',
        artistSlug: 'old',
        artistImageUrl: null,
        venueTag: 'tag',
        revision: -1,
      }
      const bare = { id: '00002', artistName: '', artistSlug: '', artistImageUrl: '', venueTag: '', revision: -1 }
      expect(await place.d1.read(null, 10, never)).toEqual([old, bare])
      await place.d1.upsert([rowOf(1, { revision: 0 })], never)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(1, { revision: 0 }), bare])
    })

    it('passes over rows without an id, which a table of others may hold', async () => {
      await using place = await create()
      await place.execute(oldTable)
      await place.execute("INSERT INTO events (id, artist_name) VALUES (NULL, 'Nobody')")
      await place.d1.upsert([rowOf(1)], never)
      expect(await place.d1.read(null, 1, never)).toEqual([rowOf(1)])
    })

    it('leaves a table that is not of this kind as it is, and says so', async () => {
      await using place = await create()
      await place.execute('CREATE TABLE events (id TEXT PRIMARY KEY, title TEXT)')
      await expect(place.d1.upsert([rowOf(1)], never)).rejects.toMatchObject({
        code: 'D1_REFUSED',
        message: expect.stringContaining('no column artist_name, artist_slug, artist_image_url, venue_tag'),
      })
    })

    it('says what is wrong with a table whose ids are not unique', async () => {
      await using place = await create()
      await place.execute(oldTable.replace(' PRIMARY KEY', ''))
      const refusal = { code: 'D1_REFUSED', message: expect.stringContaining('id of the table events is not unique') }
      await expect(place.d1.check(never)).rejects.toMatchObject(refusal)
      await expect(place.d1.upsert([rowOf(1)], never)).rejects.toMatchObject(refusal)
    })

    it('finds out that nothing can be stored where the table is a view, and stores again where it is not', async () => {
      await using place = await create()
      const columns = ['id', 'artist_name', 'artist_slug', 'artist_image_url', 'venue_tag', 'revision']
      await place.execute(`CREATE VIEW events AS SELECT ${columns.map((name) => `'' AS ${name}`).join(', ')}`)
      const refusal = { code: 'D1_REFUSED', message: expect.stringContaining('does not understand the statement') }
      await expect(place.d1.check(never)).rejects.toMatchObject(refusal)
      await expect(place.d1.upsert([rowOf(1)], never)).rejects.toMatchObject(refusal)
      await place.execute('DROP VIEW events')
      await place.d1.upsert([rowOf(1)], never)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(1)])
    })

    it('makes the table again when somebody has taken it away', async () => {
      await using place = await create()
      await place.d1.upsert([rowOf(1)], never)
      await place.execute('DROP TABLE events')
      await expect(place.d1.upsert([rowOf(2)], never)).rejects.toMatchObject({
        code: 'D1_UNAVAILABLE',
        retryable: true,
      })
      await place.d1.upsert([rowOf(2)], never)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(2)])
    })

    it('refuses a row that is too large by name, and sends none of the others', async () => {
      await using place = await create()
      const large = rowOf(2, { artistName: 'é'.repeat(500_000) })
      await expect(place.d1.upsert([rowOf(1), large], never)).rejects.toMatchObject({
        code: 'D1_REFUSED',
        retryable: false,
        message: expect.stringContaining('The row of event 00002 has '),
      })
      expect(await place.d1.read(null, 10, never)).toEqual([])
    })

    it('stores rows of together more than one parameter holds', async () => {
      await using place = await create()
      const rows = rowsOf(3, { artistName: 'x'.repeat(600_000) })
      await place.d1.upsert(rows, never)
      expect((await place.d1.read(null, 10, never)).map((row) => row.artistName.length)).toEqual(Array(3).fill(600_000))
    })

    it('does nothing after an abort, and throws its reason', async () => {
      await using place = await create()
      await place.d1.upsert([rowOf(1)], never)
      const reason = new Error('The service is stopping.')
      const aborted = AbortSignal.abort(reason)
      await expect(place.d1.upsert([rowOf(2)], aborted)).rejects.toBe(reason)
      await expect(place.d1.read(null, 10, aborted)).rejects.toBe(reason)
      await expect(place.d1.check(aborted)).rejects.toBe(reason)
      expect(await place.d1.read(null, 10, never)).toEqual([rowOf(1)])
    })

    it('finds a place that works in order, and makes its table', async () => {
      await using place = await create()
      await place.d1.check(never)
      expect(await place.execute('SELECT * FROM events')).toEqual([])
      expect(await place.d1.read(null, 10, never)).toEqual([])
    })

    it('tells of a place that does not work', async () => {
      await using place = await create()
      await using d1 = await place.broken()
      await expect(d1.check(never)).rejects.toMatchObject({ code: expect.stringMatching(/^D1_/) })
      await expect(d1.read(null, 1, never)).rejects.toMatchObject({ code: expect.stringMatching(/^D1_/) })
    })
  })
}
