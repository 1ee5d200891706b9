import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketEnv } from '../support/bucket-app.ts'
import { greenroom } from '../support/cli.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { createDataDir, startServer } from '../support/server.ts'
import { type StrictS3, startStrictS3 } from '../support/strict-s3/server.ts'

const quiet = { PORT: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
const alone = 'No server runs: working in this process.\n'
const marks = (stdout: string) => stdout.match(/^[✓!✗]/gmu) ?? []

describe('greenroom doctor', () => {
  let s3: StrictS3
  let data: Awaited<ReturnType<typeof createDataDir>>
  const page = 'https://admin.example.com'

  beforeAll(async () => {
    data = await createDataDir()
    s3 = await startStrictS3({
      buckets: ['pictures', 'originals'],
      publicBuckets: ['pictures'],
      allowedOrigins: [page],
    })
  })
  afterAll(async () => {
    await s3[Symbol.asyncDispose]()
    await data[Symbol.asyncDispose]()
  })

  const doctor = (env: Record<string, string> = {}, ...args: string[]) =>
    greenroom(['doctor', ...args], { ...quiet, DATA_DIR: data.dir, ...bucketEnv(s3), ...env })

  it('prints what docs/storage.md shows where all is well, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await doctor({}, '--origin', page)
    expect([code, stderr]).toEqual([0, ''])
    const account = 'https://ACCOUNT.r2.cloudflarestorage.com'
    const shown = stdout
      .replaceAll(`${s3.endpoint}/pictures`, 'https://pictures.example.com')
      .replaceAll(s3.endpoint, account)
    expect(await readFile('docs/storage.md', 'utf8')).toContain(`\`\`\`\n${shown}\`\`\``)
    expect([...s3.objects.keys()]).toEqual([])
  })

  it('prints the CORS rules that a bucket lacks, as docs/storage.md has them', async () => {
    const { code, stdout } = await doctor({ PORT: '4001' })
    expect(code).toBe(0)
    expect(marks(stdout).filter((mark) => mark !== '✓')).toEqual(['!'])
    const printed = JSON.parse(/CORS rules: (.*)$/m.exec(stdout)?.[1] ?? '') as [{ AllowedOrigins: string[] }]
    expect(printed[0].AllowedOrigins).toEqual(['http://localhost:4001'])
    const documented = /```json\s+(\[.*?\])\s+```/s.exec(await readFile('docs/storage.md', 'utf8'))?.[1] ?? ''
    expect(JSON.parse(documented)).toEqual([{ ...printed[0], AllowedOrigins: [page] }])
  })

  it('names the variable that holds the wrong secret, and fails', async () => {
    const { code, stdout } = await doctor({ S3_SECRET_ACCESS_KEY: 'not the secret' })
    expect(code).toBe(1)
    expect(marks(stdout)).toEqual(['✗', '✗'])
    expect(stdout).toContain('✗ variants: write: The storage refuses the signature; check S3_SECRET_ACCESS_KEY.\n')
    expect(stdout).toContain('2 of the checks failed; docs/storage.md explains them.\n')
    expect(stdout).not.toContain('not the secret')
  })

  it.each([
    ['of a bucket that is not public', () => `${s3.endpoint}/originals`, 'answers 403: the bucket is not public'],
    ['of another folder', () => `${s3.endpoint}/pictures/other`, 'answers 404: it belongs to another bucket or folder'],
    ['where nothing is', () => 'http://127.0.0.1:1', 'Nothing answers at http://127.0.0.1:1; check PUBLIC_BASE_URL'],
  ])('finds a PUBLIC_BASE_URL %s', async (_what, url, sentence) => {
    const { code, stdout } = await doctor({ PUBLIC_BASE_URL: url() }, '--origin', page)
    expect(code).toBe(1)
    expect(stdout).toContain(sentence)
    expect(marks(stdout).filter((mark) => mark !== '✓')).toEqual(['✗'])
  })

  it('warns of originals in the bucket that is public', async () => {
    const { code, stdout } = await doctor({ ORIGINALS_URL: 's3://pictures' }, '--origin', page)
    expect(code).toBe(0)
    expect(stdout).toContain('! originals: private: Whoever knew the name of an original could read it')
  })

  it('tells of a bucket that does not exist', async () => {
    const { code, stdout } = await doctor({ ORIGINALS_URL: 's3://none' }, '--origin', page)
    expect(code).toBe(1)
    expect(stdout).toContain('✗ originals: write: The bucket does not exist; check STORAGE_URL and ORIGINALS_URL')
  })

  it('on a disk warns while nothing serves it, and is content when the server runs', async () => {
    await using disk = await createDataDir()
    const { code, stdout } = await greenroom(['doctor'], { PORT: '1', DATA_DIR: disk.dir })
    expect(code).toBe(0)
    expect(stdout).toContain('! variants: public address: http://localhost:1/media is served by greenroom itself')
    expect(stdout).not.toContain('endpoint')
    await using server = await startServer(disk.dir)
    const served = await greenroom(['doctor'], { PORT: new URL(server.url).port, DATA_DIR: disk.dir })
    expect(served.code).toBe(0)
    expect(marks(served.stdout)).toEqual(Array.from({ length: 12 }, () => '✓'))
    expect((await filesBelow(disk.dir)).filter((name) => name.includes('probe'))).toEqual([])
  })
})

describe('greenroom reconcile', () => {
  it('agrees, names what is gone, and brings it back', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    const env = { GREENROOM_URL: server.url }
    await greenroom(['upload', 'examples/photos/lamp-bird-small.jpg', '-a', 'Bird', '-r', 'presets'], env)
    const agreed = await greenroom(['reconcile'], env)
    expect([agreed.code, agreed.stderr]).toEqual([0, ''])
    expect(agreed.stdout).toMatch(/^Working through the server.*\nStorage and database agree\.\n$/s)

    const key = (await filesBelow(data.dir)).find((name) => name.endsWith('large.webp')) ?? ''
    const file = path.join(data.dir, key)
    const before = await readFile(file)
    await rm(file)
    const told = await greenroom(['reconcile'], env)
    expect(told.code).toBe(1)
    expect(told.stdout).toContain(
      `! ${key} is missing in storage.\n` +
        '1 object is not as it should be; greenroom reconcile --fix mends what can be mended.\n',
    )
    const mended = await greenroom(['reconcile', '--fix'], env)
    expect(mended.code).toBe(0)
    expect(mended.stdout).toContain('1 object was not as it should be, and is mended.\n')
    expect(await readFile(file)).toEqual(before)
    expect((await greenroom(['reconcile'], env)).code).toBe(0)
  })
})

describe('greenroom import', () => {
  let site: PictureSite
  beforeAll(async () => {
    site = await startPictureSite()
  })
  afterAll(() => site[Symbol.asyncDispose]())

  const run = (data: { dir: string }, args: string[], input = '', allow = site.host) =>
    greenroom(
      ['import', ...args, '--artist', 'Carl Cox', '-r', 'presets'],
      { ...quiet, DATA_DIR: data.dir, SOURCE_ALLOW: allow },
      undefined,
      input,
    )

  it('takes addresses from the command line, a file and standard input', async () => {
    await using data = await createDataDir()
    for (const name of ['/a.jpg', '/b.jpg', '/c.jpg']) site.pages.set(name, { body: await jpeg(), etag: `"${name}"` })
    const given = await run(data, [site.url('/a.jpg'), site.url('/b.jpg')])
    expect([given.code, given.stderr]).toEqual([0, ''])
    expect(given.stdout).toBe(`${alone}[1/1] SUCCEEDED: Everything is done.\n2 of 2 tasks\n`)
    const list = path.join(data.dir, 'list.txt')
    await writeFile(list, `# mine\n\n${site.url('/c.jpg')}\n`)
    expect((await run(data, ['--from', list])).stdout).toContain('1 of 1 tasks\n')
    const again = await run(data, ['--from', '-'], `${site.url('/a.jpg')}\r\n${site.url('/c.jpg')}\r\n`)
    expect([again.code, again.stdout.split('\n')[2]]).toEqual([0, '2 of 2 tasks, 2 with nothing to do'])
    expect((await filesBelow(data.dir)).filter((name) => name.endsWith('.webp'))).toHaveLength(9)
  })

  it('fails with what the server said of an address, and takes the others in', async () => {
    await using data = await createDataDir()
    site.pages.set('/good.jpg', { body: await jpeg() })
    const { code, stdout } = await run(data, [site.url('/good.jpg'), site.url('/none.jpg')])
    expect(code).toBe(1)
    expect(stdout).toContain(`✗ ${site.url('/none.jpg')} failed: The source answered 404 (not found).\n`)
    expect((await filesBelow(data.dir)).filter((name) => name.endsWith('.webp'))).toHaveLength(3)
  })

  it('refuses addresses that are not public, an empty list and a list that is not there, in a sentence', async () => {
    await using data = await createDataDir()
    const refusals = [
      await run(data, ['http://127.0.0.1/a.jpg'], '', ''),
      await run(data, [site.url('/a.jpg')], '', ''),
      await run(data, ['--from', '-'], '# nothing\n'),
      await run(data, ['--from', path.join(data.dir, 'none.txt')]),
    ]
    expect(refusals.map(({ code }) => code)).toEqual([1, 1, 1, 1])
    const [local, port, empty, missing] = refusals.map(({ stderr }) => stderr)
    expect(local).toBe('greenroom: The host 127.0.0.1 is not public.\n')
    expect(port).toMatch(/^greenroom: The URL asks for port \d+; only 80 and 443 are allowed\.\n$/)
    expect(empty).toBe('greenroom: Give addresses of pictures, or a file of them with --from.\n')
    expect(missing).toMatch(/^greenroom: .*none\.txt cannot be read: ENOENT.*\n$/)
  })
})
