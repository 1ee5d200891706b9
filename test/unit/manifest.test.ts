import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCollection } from '../../src/cli/collection.ts'
import { printable } from '../../src/cli/format.ts'
import { fileOf, keyOfFile, nameOfSlug, rankSize } from '../../src/cli/manifest-format.ts'
import { previewImport } from '../../src/cli/manifest-import.ts'
import { placesBelow, readManifest } from '../../src/cli/manifest-reader.ts'

const read = (json: unknown) => readManifest(JSON.stringify(json))

describe('a manifest', () => {
  const file = 'artists/carl-cox/carl-cox_liv_main.jpg'
  const whole = { artistSlug: 'carl-cox', artistName: null, venueTag: 'liv', size: 'main', path: file }

  it.each([
    ['liv|carl-cox|main'],
    ['liv/carl-cox/main'],
    ['liv_carl-cox_main'],
    ['liv:carl-cox:main'],
    ['["liv","carl-cox","main"]'],
    ["('liv', 'carl-cox', 'main')"],
    ['carl-cox_liv_main.jpg'],
    ['data/artists/carl-cox/carl-cox_liv_main.jpg'],
  ])('may be keyed by %s alone', (key) => {
    expect(read({ [key]: {} })).toEqual({ entries: [whole], problems: [] })
    expect(read({ version: 1, images: { [key]: { width: 500 } } }).entries).toEqual([whole])
  })

  it.each([['local_path'], ['path'], ['file']])('may name its file in %s, and nothing else', (field) => {
    expect(read([{ [field]: file }]).entries).toEqual([whole])
    expect(read({ images: [{ [field]: `C:\\data\\${file.replaceAll('/', '\\')}` }] }).entries).toMatchObject([
      { artistSlug: 'carl-cox', venueTag: 'liv', size: 'main' },
    ])
  })

  it('may be a list of whole records, or paths by key', () => {
    const record = { artist_name: 'P!nk', artist_slug: 'pink', venue_tag: 'XS', size: 'hd', local_path: 'x/y.jpg' }
    const entry = { artistSlug: 'pink', artistName: 'P!nk', venueTag: 'xs', size: 'hd', path: 'x/y.jpg' }
    expect(read([record]).entries).toEqual([entry])
    expect(read({ 'liv|carl-cox|main': 'elsewhere.jpg' }).entries).toEqual([{ ...whole, path: 'elsewhere.jpg' }])
  })

  it('has what a record says count for more than its key, and that for more than the name of the file', () => {
    const json = { 'xs|pink|hd': { venue_tag: 'liv', path: 'artists/a/carl-cox_ebc_main.jpg' } }
    expect(read(json).entries).toMatchObject([{ artistSlug: 'pink', venueTag: 'liv', size: 'hd' }])
  })

  it('calls it direct when there is no venue', () => {
    expect(read({ 'direct/carl-cox/hd': { venue_tag: null } }).entries).toMatchObject([{ venueTag: null }])
    expect(read([{ artist_slug: 'carl-cox', size: 'hd' }]).entries).toMatchObject([
      { venueTag: null, path: 'artists/carl-cox/carl-cox_direct_hd.jpg' },
    ])
  })

  it('says which entries make no sense, and has the others', () => {
    const { entries, problems } = read({ 'liv|carl-cox|main': {}, odd: {}, 'tao-beach|x|hd': {}, none: null })
    expect(entries).toEqual([whole])
    expect(problems).toEqual([
      'The entry odd does not say whose picture it is.',
      'The entry tao-beach|x|hd is for "tao-beach", but a venue tag is 2 to 10 letters.',
      'The entry none does not say whose picture it is.',
    ])
  })

  it.each([
    ['{', /^The manifest is no JSON: /],
    ['1', /^The manifest is neither a list nor an object of pictures\.$/],
  ])('that is %s is refused with a sentence', (text, message) => {
    expect(() => readManifest(text)).toThrow(message)
  })
})

describe('a path in a manifest', () => {
  it.each<[string, string[]]>([
    ['artists/a/a_liv_hd.jpg', ['artists/a/a_liv_hd.jpg']],
    ['./artists/a/a_liv_hd.jpg', ['artists/a/a_liv_hd.jpg']],
    ['/old/data/artists/a/a_liv_hd.jpg', ['artists/a/a_liv_hd.jpg']],
    ['/root/artists/a/a_liv_hd.jpg', ['artists/a/a_liv_hd.jpg']],
    ['data/artists/a/a_liv_hd.jpg', ['data/artists/a/a_liv_hd.jpg', 'artists/a/a_liv_hd.jpg']],
    ['C:\\data\\artists\\a\\a_liv_hd.jpg', ['artists/a/a_liv_hd.jpg']],
    ['../secret.jpg', []],
    ['artists/../../secret.jpg', []],
    ['..\\secret.jpg', []],
    ['/root/../etc/artists/a/b.jpg', []],
    ['/etc/passwd', []],
    ['/rootless/a.jpg', []],
    ['a\0.jpg', []],
  ])('%j leads to %j', (written, places) => {
    expect(placesBelow('/root', written)).toEqual(places)
  })
})

describe('the names of files', () => {
  it('tell the key, and the key tells them', () => {
    const key = { artistSlug: 'carl-cox', venueTag: 'liv', size: 'hd' }
    expect(fileOf(key)).toBe('artists/carl-cox/carl-cox_liv_hd.jpg')
    expect(keyOfFile('artists/carl-cox/carl-cox_liv_hd.jpg')).toEqual(key)
    expect(keyOfFile('carl-cox_direct_hd.PNG')).toEqual({ ...key, venueTag: null })
    expect(['cover.jpg', 'carl_cox_liv_hd.jpg', '-_liv_hd.jpg', 'carl-cox_liv_hd.txt'].map(keyOfFile)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('are never made of what a server may not name', () => {
    expect(fileOf({ artistSlug: '../../x', venueTag: 'liv', size: 'hd' })).toBeNull()
    expect(fileOf({ artistSlug: 'x', venueTag: '..', size: 'hd' })).toBeNull()
    expect(fileOf({ artistSlug: 'x', venueTag: 'liv', size: '../hd' })).toBeNull()
  })

  it('rank hd above main, and pixels by number', () => {
    const sizes = ['main', 'raw', '1000', 'hd', 'odd', 'small', '1200']
    expect(sizes.sort((a, b) => rankSize(b) - rankSize(a))).toEqual([
      'raw',
      'hd',
      '1200',
      '1000',
      'main',
      'small',
      'odd',
    ])
    expect(nameOfSlug('carl-cox')).toBe('Carl Cox')
  })
})

describe('a collection', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'greenroom-collection-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  async function write(...files: string[]): Promise<void> {
    for (const file of files) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
      await writeFile(path.join(dir, file), '')
    }
  }
  const manifest = (json: unknown) => writeFile(path.join(dir, 'image_manifest.json'), JSON.stringify(json))
  const below = (files: readonly string[]) => files.map((file) => path.relative(dir, file))

  it('without a manifest is what the names of its files say', async () => {
    await write(
      'artists/a-b/a-b_liv_main.jpg',
      'artists/a-b/a-b_liv_hd.jpg',
      'artists/a-b/a-b_direct_main.png',
      'cover.jpg',
    )
    const { pictures, ...rest } = await readCollection(dir)
    expect(pictures.map((picture) => ({ ...picture, files: below(picture.files) }))).toEqual([
      { artistSlug: 'a-b', artist: 'A B', venueTag: null, files: ['artists/a-b/a-b_direct_main.png'] },
      {
        artistSlug: 'a-b',
        artist: 'A B',
        venueTag: 'liv',
        files: ['artists/a-b/a-b_liv_hd.jpg', 'artists/a-b/a-b_liv_main.jpg'],
      },
    ])
    const notes = ['cover.jpg is left out: its name is not artist_venue_size.jpg, and no manifest lists it.']
    expect(rest).toEqual({ filesSeen: 3, uniqueFiles: 3, missing: [], problems: [], notes })
  })

  it('counts a file once however often it is listed, and misses one that is gone', async () => {
    await write('artists/a/a_liv_main.jpg', 'artists/a/a_xs_main.jpg')
    const file = 'artists/a/a_liv_main.jpg'
    await manifest([
      { path: file },
      { path: `./${file}`, artist_name: 'A!' },
      { path: `data/${file}` },
      { path: 'artists/a/a_liv_hd.jpg' },
    ])
    const { pictures, filesSeen, uniqueFiles, missing } = await readCollection(dir)
    expect([filesSeen, uniqueFiles, missing]).toEqual([4, 2, ['artists/a/a_liv_hd.jpg']])
    expect(pictures.map(({ artist, venueTag, files }) => [artist, venueTag, below(files)])).toEqual([
      ['A!', 'liv', [file]],
      ['A!', 'xs', ['artists/a/a_xs_main.jpg']],
    ])
  })

  it('never leads out of its folder, by name or by link', async () => {
    await write('in/artists/a/a_liv_hd.jpg', 'secret.jpg')
    await symlink(path.join(dir, 'secret.jpg'), path.join(dir, 'in/artists/a/a_xs_hd.jpg'))
    await writeFile(
      path.join(dir, 'in/image_manifest.json'),
      JSON.stringify([{ path: '../secret.jpg', slug: 'a' }, { path: 'artists/a/a_xs_hd.jpg' }]),
    )
    const { pictures, problems } = await readCollection(path.join(dir, 'in'))
    expect(pictures.map(({ files }) => below(files))).toEqual([['in/artists/a/a_liv_hd.jpg']])
    expect(problems).toEqual([
      `../secret.jpg leads out of ${path.join(dir, 'in')}.`,
      `artists/a/a_xs_hd.jpg leads out of ${path.join(dir, 'in')}.`,
    ])
  })

  it('says when the service will know an artist by another slug', async () => {
    await write('artists/pnk/pnk_liv_hd.jpg')
    await manifest([{ path: 'artists/pnk/pnk_liv_hd.jpg', artist_name: 'P!nk' }])
    expect((await readCollection(dir)).notes).toEqual(['P!nk is pink here, not pnk.'])
  })

  it('that is not there is refused with a sentence', async () => {
    await expect(readCollection(path.join(dir, 'nowhere'))).rejects.toThrow(/^There is no folder .*nowhere\.$/)
  })
})

it('nothing that a collection names can steer a terminal', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-manifest-'))
  try {
    const evil = '\u001b[2J\u0007\u202e'
    const images = {
      [`odd${evil}`]: {},
      [`liv|x|hd${evil}`]: { venue_tag: `no venue${evil}` },
      'liv|a|hd': { path: `gone${evil}.jpg` },
      'liv|b|hd': { path: `../out${evil}.jpg` },
      'liv|c|hd': { path: 'c.jpg', artist_name: `C${evil}` },
    }
    for (const name of ['c.jpg', `unnamed${evil}.jpg`, `d${evil}_liv_hd.jpg`]) await writeFile(path.join(dir, name), '')
    await writeFile(path.join(dir, 'image_manifest.json'), JSON.stringify(images))
    const { text } = await previewImport(dir)
    expect(text).toContain('gone[2J.jpg is missing.')
    expect(text.split('\n').filter((line) => line !== printable(line))).toEqual([])
    expect(() => readManifest(`{"a": ${evil}}`)).toThrow(/^[^\p{Cc}\p{Cf}]*$/u)
  } finally {
    await rm(dir, { recursive: true })
  }
})
