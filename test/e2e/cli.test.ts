import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { greenroom } from '../support/cli.ts'
import { photo } from '../support/images.ts'
import { createDataDir, startServer } from '../support/server.ts'

/** Two good photos, one that is cut off, one of a type that is refused, and something that is no picture. */
async function createFolder(dir: string): Promise<string> {
  const folder = path.join(dir, 'photos')
  await mkdir(folder)
  for (const name of ['lamp-bird-small.jpg', 'fig-bowl-alpha.png']) {
    await copyFile(`examples/photos/${name}`, path.join(folder, name))
  }
  await writeFile(path.join(folder, 'broken.jpg'), (await photo('dragonfly-square.jpg')).subarray(0, 60_000))
  await writeFile(
    path.join(folder, 'film.gif'),
    Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  )
  await writeFile(path.join(folder, 'notes.txt'), 'not a picture')
  return folder
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what must not be there
const escapes = /[\u001b\r]/

describe('greenroom upload', () => {
  it('sends the rest when one is broken, says which and why, and fails; in plain lines when piped', async () => {
    await using data = await createDataDir()
    await using server = await startServer(path.join(data.dir, 'data'))
    const folder = await createFolder(data.dir)
    const { code, stdout } = await greenroom(
      ['upload', folder, '--artist', 'DJ Folder', '--venue', 'liv', '-r', 'presets'],
      {
        GREENROOM_URL: server.url,
      },
    )
    expect(code).toBe(1)
    expect(stdout).not.toMatch(escapes)
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(5)
    expect(stdout).toContain('✗ broken.jpg: The file is cut off: its end is missing.\n')
    expect(stdout).toContain('✗ film.gif: Unsupported image type: image/gif (JPEG, PNG and WebP are)\n')
    expect(stdout).toMatch(/✓ lamp-bird-small\.jpg: 5\.6 kB in, 3 variants of \d+(\.\d)? kB out\.\n/)
    expect(stdout).toMatch(/✓ fig-bowl-alpha\.png: 511 kB in, 3 variants of/)
    expect(lines.at(-1)).toBe('2 done, 2 failed')
  })

  it('does the work itself when no server runs, and what it made is there for the next', async () => {
    await using data = await createDataDir()
    const env = { DATA_DIR: data.dir, PORT: '1' }
    const file = 'examples/photos/lamp-bird-small.jpg'
    const first = await greenroom(['upload', file, '--artist', 'Bird'], env)
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toContain('1 done, 0 failed')
    const again = await greenroom(['upload', file, '--artist', 'Bird'], env)
    expect(again.stdout).toContain('known already')

    const listed = await greenroom(['runs', 'ls'], env)
    expect(listed.stdout).toMatch(/^ *run +kind +state +done +failed +created \(UTC\) +about\n/)
    expect(listed.stdout).toMatch(/CLEAN .* lamp-bird-small\.jpg$/m)
    const id = /[0-9a-f-]{36}(?=.*CLEAN)/.exec(listed.stdout)?.[0] ?? ''
    const shown = await greenroom(['runs', 'show', id], env)
    expect(shown.stdout).toContain('state     SUCCEEDED, CLEAN')
    const watched = await greenroom(['runs', 'watch', id], env)
    expect(watched.code).toBe(0)
    expect(watched.stdout).toMatch(/^1 QUEUED .*\n2 PLANNED .*\n3 STARTED /)
    expect(watched.stdout).not.toMatch(escapes)
  })

  it.each([
    [['upload', 'nowhere.jpg', '--artist', 'X'], 'There is no file or folder nowhere.jpg.'],
    [['runs', 'show', '01a1fc0f-0000-7000-8000-000000000000'], 'There is no run 01a1fc0f-0000-7000-8000-000000000000.'],
    [['runs', 'watch', '01a1fc0f-0000-7000-8000-000000000000'], 'no run 01a1fc0f-0000-7000-8000-000000000000.\n'],
    [['runs', 'show', 'xyz'], 'greenroom: There is no run xyz.\n'],
    [['runs', 'watch', 'xyz'], 'greenroom: There is no run xyz.\n'],
    [['runs', 'ls', '-n', 'abc'], "'abc' is invalid. It must be a whole number from 1 to 100.\n"],
    [['runs', 'ls', '-n', '0'], 'It must be a whole number from 1 to 100.\n(see greenroom runs ls --help)\n'],
    [['runs', 'ls', '--number', '101'], 'It must be a whole number from 1 to 100.\n'],
    [['upload', 'package.json'], "required option '-a, --artist <name>' not specified"],
  ])('%s fails with a sentence', async (args, message) => {
    await using data = await createDataDir()
    const { code, stdout, stderr } = await greenroom(args, { DATA_DIR: data.dir, PORT: '1' })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^ {4}at |Usage:/m)
  })

  it.each([
    [['-v', 'L1V'], 'greenroom: A venue tag is 2 to 10 lower-case letters, which "L1V" is not.\n'],
    [
      ['-r', 'presets,poster'],
      'greenroom: There is no recipe "poster"; the recipes are responsive, presets, artist, artist-sizes.\n',
    ],
  ])('says once what is wrong with every file: %s', async (options, message) => {
    await using data = await createDataDir()
    const args = ['upload', 'examples/photos', '-a', 'X', ...options]
    expect(await greenroom(args, { DATA_DIR: data.dir, PORT: '1' })).toEqual({ code: 1, stdout: '', stderr: message })
  })

  it('takes recipes by commas and by repetition', async () => {
    await using data = await createDataDir()
    const args = [
      'upload',
      'examples/photos/lamp-bird-small.jpg',
      '-a',
      'X',
      '-r',
      'presets,artist',
      '-r',
      'responsive',
    ]
    const { stdout } = await greenroom(args, { DATA_DIR: data.dir, PORT: '1' })
    const { variants } = /(?<variants>\d+) variants/.exec(stdout)?.groups ?? {}
    expect(Number(variants)).toBeGreaterThan(5)
  })

  it('says when the server that it is told of is not there', async () => {
    const { code, stderr } = await greenroom(['runs', 'ls'], { GREENROOM_URL: 'http://localhost:1' })
    expect([code, stderr]).toEqual([1, 'greenroom: No Greenroom answers at http://localhost:1 (GREENROOM_URL).\n'])
  })
})

describe('Ctrl-C in the middle of an upload', () => {
  const args = ['upload', 'examples/photos', '-a', 'X', '-r', 'presets']
  const counts = 'Interrupted: \\d+ of 11 done, [1-4] more accepted\\.'

  it('ends in order, says what is accepted, and the next start does it', async () => {
    await using data = await createDataDir()
    const { code, stdout, stderr } = await greenroom(args, { DATA_DIR: data.dir, PORT: '1' }, '✓')
    expect([code, stderr]).toEqual([130, ''])
    expect(stdout).toMatch(
      new RegExp(`\n${counts} What was accepted is done by the next greenroom serve or upload\\.\n$`),
    )
    await using server = await startServer(data.dir)
    expect(await unfinishedRuns(server.url)).toBe(0)
  })

  it('leaves what is accepted to the server', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    const { code, stdout } = await greenroom(args, { GREENROOM_URL: server.url }, '✓')
    expect(code).toBe(130)
    expect(stdout).toMatch(new RegExp(`\n${counts} The server goes on with what it has accepted\\.\n$`))
    expect(await unfinishedRuns(server.url)).toBe(0)
  })
})

/** Waits until there are none, or until that takes too long. */
async function unfinishedRuns(url: string): Promise<number> {
  const api = createApi(url)
  for (let tries = 0; ; tries++) {
    const { runs } = await api.query<{ runs: { totalCount: number } }>(
      '{ runs(status: [QUEUED, RUNNING]) { totalCount } }',
    )
    if (runs.totalCount === 0 || tries === 300) return runs.totalCount
    await sleep(100)
  }
}

it('greenroom --version is that of the package', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect(await greenroom(['--version'], {})).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

it.each([
  [[]],
  [['upload']],
  [['runs']],
  [['runs', 'ls']],
  [['runs', 'retry']],
  [['backfill']],
  [['gc']],
  [['serve']],
  [['demo']],
])('greenroom %s --help explains itself', async (args) => {
  const { code, stdout } = await greenroom([...args, '--help'], {})
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: greenroom/)
})

it('greenroom demo --once processes every sample and tells what came of it', async () => {
  await using data = await createDataDir()
  // at a port of its own each time, rows would have other addresses each time
  const env = { DATA_DIR: data.dir, PORT: '0', PUBLIC_BASE_URL: 'https://pictures.example.com' }
  const { code, stdout, stderr } = await greenroom(['demo', '--once'], env)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('11 photos, 147 variants in')
  expect(stdout).toMatch(/AVIF instead of 3\.7 MB of originals: \d\d% saved\./)
  expect(stdout).toContain('pages and pictures sent, 1 not there.\n')
  expect(stdout).toMatch(/\n11 rows are in the file .*, 1 event waits for a picture\.\n/)
  expect(stdout).toMatch(/\nLantern Fox +xs +[\d-]{10} {2}artists\/lantern-fox\/lantern-fox_xs_hd\.jpg\n/)
  expect(stdout).toMatch(/\nNot sent: Nilla Quill at marquee on [\d-]{10}, without a picture so far\.\n/)
  expect(stdout).toMatch(/\nLeft out \(placeholder\): .*"Closed for Private Event"/)
  expect(stdout).toMatch(/\nfiles +.*images, .*variants, .*artists\nrows +.*d1\.db\n\nnpm start serves them\.\n$/)
  // of a server that has ended
  expect(stdout).not.toContain('http')

  const again = await greenroom(['demo', '--once'], env)
  expect([again.code, again.stderr]).toEqual([0, ''])
  // the venues' pictures are the same photos, with variants for artists
  expect(again.stdout).toContain('\n11 photos, 165 variants: nothing new to make, 0 failed.\n')
  expect(again.stdout).toContain('[1/1] SUCCEEDED: There was nothing to do.\n1 of 1 tasks, 1 with nothing to do\n')
  expect(again.stdout).not.toContain('is new')
}, 240_000)
