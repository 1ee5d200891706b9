import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/cli/manifest-format.ts'
import { greenroom } from '../support/cli.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg, photo } from '../support/images.ts'
import { createDataDir, startServer } from '../support/server.ts'

const manifestOf = async (dir: string) =>
  JSON.parse(await readFile(path.join(dir, 'image_manifest.json'), 'utf8')) as Manifest

const sizesOf = ({ images }: Manifest) =>
  Object.entries(images).map(([key, { width, height, path: file }]) => `${key} ${width}x${height} ${file}`)

/** A collection as the older scrape pipeline left it: two venues, a file twice in the manifest, one that is gone. */
async function createCollection(dir: string): Promise<string> {
  const data = path.join(dir, 'older')
  await mkdir(path.join(data, 'artists/carl-cox'), { recursive: true })
  const [hd, main, other] = [await jpeg(1500, 1000), await jpeg(500, 333), await jpeg(500, 500)]
  await writeFile(path.join(data, 'artists/carl-cox/carl-cox_liv_hd.jpg'), hd)
  await writeFile(path.join(data, 'artists/carl-cox/carl-cox_liv_main.jpg'), main)
  await writeFile(path.join(data, 'artists/carl-cox/carl-cox_xs_main.jpg'), other)
  const main1 = { local_path: 'data/artists/carl-cox/carl-cox_liv_main.jpg' }
  const images = {
    'liv|carl-cox|main': { artist_name: 'Carl Cox (UK)', artist_slug: 'carl-cox', ...main1 },
    'liv|carl-cox|hd': { local_path: 'data/artists/carl-cox/carl-cox_liv_hd.jpg' },
    'livb|carl-cox|hd': { local_path: 'data/artists/carl-cox/carl-cox_livb_hd.jpg' },
    again: main1,
  }
  await writeFile(path.join(data, 'image_manifest.json'), JSON.stringify(images))
  return data
}

describe('greenroom manifest import', () => {
  it('tells what it would send, and sends nothing', async () => {
    await using data = await createDataDir()
    const folder = await createCollection(data.dir)
    const { code, stdout } = await greenroom(['manifest', 'import', folder, '--dry-run'], {
      DATA_DIR: data.dir,
      PORT: '1',
    })
    expect(code).toBe(0)
    expect(stdout.trim().split('\n')).toEqual([
      '– data/artists/carl-cox/carl-cox_livb_hd.jpg is missing.',
      '– Carl Cox (UK) is carl-cox-uk here, not carl-cox.',
      'file                                   artist         venue',
      'artists/carl-cox/carl-cox_liv_hd.jpg   Carl Cox (UK)  liv',
      'artists/carl-cox/carl-cox_xs_main.jpg  Carl Cox (UK)  xs',
      '',
      'files seen    4',
      'unique files  3',
      'would be sent 2',
      'missing       1',
      'failed        0',
    ])
    expect((await filesBelow(data.dir)).filter((file) => !file.startsWith('older/'))).toEqual([])
  })

  it('adopts the largest file of each picture, and knows it the second time', async () => {
    await using data = await createDataDir()
    const folder = await createCollection(data.dir)
    const env = { DATA_DIR: path.join(data.dir, 'data'), PORT: '1' }
    const first = await greenroom(['manifest', 'import', folder], env)
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/✓ carl-cox_liv_hd\.jpg: .* 2 variants of/)
    expect(first.stdout).not.toContain('✓ carl-cox_liv_main.jpg')
    expect(first.stdout).toMatch(/adopted {7}2\nalready known 0\nmissing {7}1\nfailed {8}0\n$/)
    const again = await greenroom(['manifest', 'import', folder], env)
    expect(again.stdout).toMatch(/adopted {7}0\nalready known 2\nmissing {7}1\nfailed {8}0\n$/)
  })

  it('takes the smaller file when the larger one is broken, says so, and fails for one that has no other', async () => {
    await using data = await createDataDir()
    const folder = await createCollection(data.dir)
    const file = (name: string) => path.join(folder, 'artists/carl-cox', name)
    await writeFile(file('carl-cox_liv_hd.jpg'), (await readFile(file('carl-cox_liv_hd.jpg'))).subarray(0, -100))
    await writeFile(file('carl-cox_xs_main.jpg'), 'no picture')
    const { code, stdout } = await greenroom(['manifest', 'import', folder], { DATA_DIR: data.dir, PORT: '1' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/✓ carl-cox_liv_main\.jpg: .* Taken instead of carl-cox_liv_hd\.jpg: The file is cut off/)
    expect(stdout).toContain('✗ carl-cox_xs_main.jpg: Unsupported image type: text/plain')
    expect(stdout).toMatch(/adopted {7}1\n.*\n.*\nfailed {8}1\n$/)
  })

  it('never sends a file from outside the folder', async () => {
    await using data = await createDataDir()
    const folder = path.join(data.dir, 'in')
    await mkdir(folder)
    await copyFile('examples/photos/lamp-bird-small.jpg', path.join(data.dir, 'secret.jpg'))
    await writeFile(path.join(folder, 'image_manifest.json'), '{ "liv|x|main": { "path": "../secret.jpg" } }')
    const { code, stdout } = await greenroom(['manifest', 'import', folder], { DATA_DIR: data.dir, PORT: '1' })
    expect(code).toBe(1)
    expect(stdout).toContain(`✗ ../secret.jpg leads out of ${folder}.\n`)
    expect(stdout).toMatch(/adopted {7}0\n/)
  })

  it('says once that there is no such recipe', async () => {
    await using data = await createDataDir()
    const folder = await createCollection(data.dir)
    const { code, stderr } = await greenroom(['manifest', 'import', folder, '-r', 'poster'], {
      DATA_DIR: data.dir,
      PORT: '1',
    })
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no recipe "poster"')])
  })
})

describe('greenroom manifest export', () => {
  it('gives what an import into an empty service and another export give again', async () => {
    await using data = await createDataDir()
    const [one, two] = [path.join(data.dir, 'one'), path.join(data.dir, 'two')]
    const file = path.join(data.dir, 'meadow.jpg')
    await writeFile(file, await photo('autumn-meadow-landscape.jpg'))
    {
      await using server = await startServer(path.join(data.dir, 'first'))
      const env = { GREENROOM_URL: server.url }
      await greenroom(['upload', file, '-a', 'P!nk', '-v', 'liv', '-r', 'artist'], env)
      await greenroom(['upload', 'examples/photos/lamp-bird-small.jpg', '-a', 'Carl Cox', '-r', 'artist'], env)
      await greenroom(
        ['upload', 'examples/photos/dragonfly-square.jpg', '-a', 'Nobody', '-v', 'xs', '-r', 'presets'],
        env,
      )
      const exported = await greenroom(['manifest', 'export', one], env)
      expect([exported.code, exported.stderr]).toEqual([0, ''])
      expect(exported.stdout).toContain(
        '– nobody, xs: has no variants of the recipe artist; greenroom backfill -r artist makes them.\n',
      )
      expect(exported.stdout).toMatch(/✓ pink, liv: main 500x333, hd 1500x998\n/)
      expect(exported.stdout).toMatch(/2 pictures, 4 unique files, 0 failed\n$/)
      await greenroom(['backfill', '-r', 'artist'], env)
      await greenroom(['manifest', 'export', one], env)
    }
    const keys = Object.keys((await manifestOf(one)).images)
    expect(keys).toEqual([
      'direct/carl-cox/hd',
      'direct/carl-cox/main',
      'liv/pink/hd',
      'liv/pink/main',
      'xs/nobody/hd',
      'xs/nobody/main',
    ])
    const { images } = await manifestOf(one)
    expect(images['liv/pink/main']).toMatchObject({
      artist_name: 'P!nk',
      venue_tag: 'liv',
      byte_size: expect.any(Number),
    })
    for (const record of Object.values(images)) {
      const facts = await sharp(path.join(one, record.path)).metadata()
      expect(facts).toMatchObject({ format: 'jpeg', width: record.width, height: record.height })
    }

    const env = { DATA_DIR: path.join(data.dir, 'second'), PORT: '1' }
    const imported = await greenroom(['manifest', 'import', one], env)
    expect(imported.stdout).toMatch(/files seen {4}6\nunique files {2}6\nadopted {7}3\n/)
    // without a server, from this process's own
    const exported = await greenroom(['manifest', 'export', two], env)
    expect([exported.code, exported.stderr]).toEqual([0, ''])
    expect(sizesOf(await manifestOf(two))).toEqual(sizesOf(await manifestOf(one)))
    expect((await filesBelow(two)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('mends files that were damaged or deleted, and fails when the storage has lost a variant', async () => {
    await using data = await createDataDir()
    const out = path.join(data.dir, 'out')
    const env = { DATA_DIR: path.join(data.dir, 'data'), PORT: '1' }
    await greenroom(['upload', 'examples/photos/lamp-bird-small.jpg', '-a', 'Bird', '-r', 'artist'], env)
    await greenroom(['manifest', 'export', out], env)
    const [main, hd] = ['main', 'hd'].map((size) => path.join(out, `artists/bird/bird_direct_${size}.jpg`)) as [
      string,
      string,
    ]
    const before = [await readFile(main), await readFile(hd)]
    await writeFile(main, 'damaged')
    await rm(hd)
    await greenroom(['manifest', 'export', out], env)
    expect([await readFile(main), await readFile(hd)]).toEqual(before)

    await rm(path.join(data.dir, 'data/images'), { recursive: true })
    await rm(out, { recursive: true })
    const { code, stdout } = await greenroom(['manifest', 'export', out], env)
    expect(code).toBe(1)
    expect(stdout).toMatch(/✗ bird, direct: http:.* answered 404\.\n1 pictures, 0 unique files, 1 failed\n$/)
  })
})

it.each([[['manifest']], [['manifest', 'export']], [['manifest', 'import']]])(
  'greenroom %s --help explains itself',
  async (args) => {
    const { code, stdout } = await greenroom([...args, '--help'], {})
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: greenroom manifest/)])
  },
)
