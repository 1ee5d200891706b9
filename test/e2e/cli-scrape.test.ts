import { createHash } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { type SampleVenues, startSampleVenues } from '../../src/cli/sample-venues.ts'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { greenroom } from '../support/cli.ts'
import { filesBelow } from '../support/files.ts'
import { freePort } from '../support/free-port.ts'
import { createDataDir, startServer } from '../support/server.ts'

let site: SampleVenues
let data: Awaited<ReturnType<typeof createDataDir>>
let env: Record<string, string>

beforeAll(async () => {
  site = await startSampleVenues({ port: 0 })
  data = await createDataDir()
  const pages = Object.entries(site.pages).flatMap(([source, urls]) => urls.map((url) => `${source}=${url}`))
  env = {
    DATA_DIR: data.dir,
    PORT: String(await freePort()),
    SOURCE_ALLOW: site.host,
    SCRAPE_PAGES: pages.join(','),
  }
})
afterAll(async () => {
  await data[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

const d1File = (dir: string) => path.join(dir, 'private/d1.db')

async function d1Rows(dir = data.dir) {
  await using d1 = await openD1({ file: d1File(dir), cloudflare: null })
  return await d1.read(null, 1_000, AbortSignal.timeout(20_000))
}

async function deleteRow(id: string, dir = data.dir): Promise<void> {
  const client = createClient({ url: `file:${d1File(dir)}` })
  await client.execute({ sql: 'DELETE FROM events WHERE id = ?', args: [id] })
  client.close()
}

/** When each public file was written. */
async function publicFiles(): Promise<Map<string, number>> {
  const names = (await filesBelow(data.dir)).filter((name) => !name.startsWith('private'))
  return new Map(await Promise.all(names.map(async (name) => [name, await writtenAt(name)] as const)))
}
const writtenAt = async (name: string) => (await stat(path.join(data.dir, name))).mtimeMs

/** What the venues had to send since the last time, without their rules. */
function sentSince(begin: number): string[] {
  const answers = site.answers.slice(begin).filter((answer) => answer.path !== '/robots.txt')
  return answers.filter(({ status }) => status === 200).map((answer) => answer.path)
}

/** Serves what is stored, and compares what lies at every address of D1 with what is on record. */
async function expectServed(): Promise<void> {
  await using server = await startServer(data.dir, env)
  type Night = { eventId: string; images: { name: string; url: string; sha256: string }[] }
  const { venueEvents } = await createApi(server.url).query<{ venueEvents: { nodes: Night[] } }>(
    '{ venueEvents(first: 100, filter: { synced: true }) { nodes { eventId images { name url sha256 } } } }',
  )
  const rows = await d1Rows()
  expect(rows.map(({ id }) => id).sort()).toEqual(venueEvents.nodes.map(({ eventId }) => eventId).sort())
  for (const { id, artistImageUrl } of rows) {
    const images = venueEvents.nodes.find(({ eventId }) => eventId === id)?.images
    const onRecord = images?.find(({ url }) => url === artistImageUrl)
    const answer = await fetch(artistImageUrl ?? '')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(onRecord?.sha256)
  }
}

describe('greenroom scrape', () => {
  it('brings three sites to D1, costs nothing the second time, and restores what was deleted by hand', async () => {
    await scrapeAll()
    await scrapeAgain()
    await restore()
  })

  async function scrapeAll(): Promise<void> {
    const { code, stdout, stderr } = await greenroom(['scrape'], env)
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout).toMatch(
      /^No server runs: working in this process\.\n(\d+ of .*\n)*\[1\/1\] SUCCEEDED: Everything is done\./,
    )
    expect(stdout).toContain('\nSkipped: placeholder 4.\n')
    expect(stdout).toMatch(/\n11 rows are in the file .*d1\.db, 1 event waits for a picture\.\n$/)
    const rows = await d1Rows()
    expect(rows.map(({ artistSlug, venueTag }) => `${venueTag}/${artistSlug}`).sort()).toEqual([
      ...['ebc/senor-ambar', 'ebcn/tin-orchard', 'hakkasan/marlow-wren', 'liv/copper-meridian', 'liv/lantern-fox'],
      ...['liv/lantern-fox', 'livb/velvet-harbour', 'omnia/static-lark', 'taob/copper-meridian', 'xs/lantern-fox'],
      'xs/okto-saturn',
    ])
    await expectServed()
  }

  /** Pages and pictures are asked whether they have changed, and nothing is written. */
  async function scrapeAgain(): Promise<void> {
    const before = { rows: await d1Rows(), files: await publicFiles() }
    const begin = site.answers.length
    const { code, stdout, stderr } = await greenroom(['scrape'], env)
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout.match(/SUCCEEDED: There was nothing to do\./g)).toHaveLength(2)
    expect(sentSince(begin)).toEqual([])
    expect(site.answers.slice(begin).filter(({ status }) => status === 304)).toHaveLength(12)
    expect({ rows: await d1Rows(), files: await publicFiles() }).toEqual(before)
  }

  /** A picture that is shown, a variant and a row; nothing else is touched. */
  async function restore(): Promise<void> {
    const before = { rows: await d1Rows(), files: await publicFiles() }
    const alias = 'artists/velvet-harbour/velvet-harbour_livb_hd.jpg'
    // of another artist: what is shown is made of variants
    const variant = await variantBehind('artists/static-lark/static-lark_omnia_main.jpg', [...before.files.keys()])
    const [row] = before.rows
    await rm(path.join(data.dir, alias))
    await rm(path.join(data.dir, variant))
    await deleteRow(row?.id ?? '')
    const begin = site.answers.length

    const { code, stdout, stderr } = await greenroom(['scrape'], env)
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout.match(/^– .*$/gm)).toEqual([
      expect.stringMatching(new RegExp(`^– ${row?.id}, .*: is missing in D1\\.$`)),
      expect.stringMatching(/^– 1 row sent to the file /),
    ])
    expect(sentSince(begin)).toEqual([])
    expect(await d1Rows()).toEqual(before.rows)
    const after = await publicFiles()
    expect([...after.keys()]).toEqual([...before.files.keys()])
    const written = [...after].filter(([name, at]) => at !== before.files.get(name)).map(([name]) => name)
    expect(written).toEqual([alias, variant].sort())
    await expectServed()
  }

  it('of a saved page with --dry-run tells the nights, and records nothing', async () => {
    await using other = await createDataDir()
    const file = path.join(other.dir, 'saved.html')
    const page = await (await fetch(site.pages.liv[0] ?? '')).text()
    await writeFile(file, page.replaceAll('src="/', `src="http://${site.host}/`))
    const dir = path.join(other.dir, 'data')
    const begin = site.answers.length
    const args = ['scrape', 'liv', '--from', file, '--dry-run']
    const { code, stdout, stderr } = await greenroom(args, { ...env, DATA_DIR: dir })
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout).toMatch(/– [\d-]{10}, LIV Las Vegas \(liv\): Copper Meridian \(copper-meridian\), 1 picture\.\n/)
    expect(stdout).toContain('– Skipped "Special Guest": placeholder.\n')
    expect(site.answers.slice(begin)).toEqual([])
    expect(await filesBelow(other.dir)).toEqual(['saved.html'])
    const synced = await greenroom(['sync'], { ...env, DATA_DIR: dir })
    expect([synced.code, synced.stdout]).toEqual([
      0,
      expect.stringMatching(/\n0 rows are in .*, none waits for a picture\.\n$/),
    ])
  })

  it('asks no venue itself without permission, and says how to give it', async () => {
    await using other = await createDataDir()
    const { code, stdout, stderr } = await greenroom(['scrape', 'liv'], { DATA_DIR: other.dir, PORT: '1' })
    expect([code, stdout]).toEqual([1, 'No server runs: working in this process.\n'])
    expect(stderr).toBe(
      "greenroom: The venues' own servers, as www.livnightclub.com, are only asked with SCRAPE_LIVE=true.\n",
    )
  })

  it('fails when a page is not there, and takes in what the others have', async () => {
    await using other = await createDataDir()
    const missing = `http://${site.host}/gone/`
    const given = ['--from', `liv=${missing}`, '--from', `tao=${site.pages.tao[0]}`]
    const { code, stdout } = await greenroom(['scrape', ...given], { ...env, DATA_DIR: other.dir })
    expect(code).toBe(1)
    expect(stdout).toContain(`✗ ${missing} failed: The source answered 404 (not found).\n`)
    expect(stdout).toMatch(/\n2 rows are in the file .*, 2 events wait for a picture\.\n$/)
  })
})

describe('greenroom sync', () => {
  it('with --dry-run tells what D1 lacks, and sends it without', async () => {
    await using other = await createDataDir()
    const here = { ...env, DATA_DIR: other.dir }
    expect((await greenroom(['scrape', 'tao'], here)).stdout).toContain('2 rows are in ')
    const before = await d1Rows(other.dir)
    const [row] = before
    await deleteRow(row?.id ?? '', other.dir)
    const told = await greenroom(['sync', '--dry-run'], here)
    expect([told.code, told.stderr]).toEqual([0, ''])
    expect(told.stdout).toContain(`– ${row?.id}, ${row?.artistSlug} at ${row?.venueTag}: is missing in D1.\n`)
    expect(told.stdout).toMatch(/– 1 row would be sent to the file .*d1\.db\.\n$/)
    expect(await d1Rows(other.dir)).toHaveLength(1)
    const sent = await greenroom(['sync'], here)
    expect([sent.code, sent.stderr]).toEqual([0, ''])
    expect(await d1Rows(other.dir)).toEqual(before)
    const again = await greenroom(['sync', '--dry-run'], here)
    expect(again.stdout).toMatch(/\nD1 has everything\.\n$/)
  })
})

/** The variant that a picture of an artist is a copy of. */
async function variantBehind(alias: string, names: readonly string[]): Promise<string> {
  const wanted = await readFile(path.join(data.dir, alias))
  for (const name of names.filter((each) => !each.startsWith('artists/'))) {
    if (wanted.equals(await readFile(path.join(data.dir, name)))) return name
  }
  throw new Error(`Nothing is behind ${alias}.`)
}
