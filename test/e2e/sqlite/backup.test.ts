import { cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { greenroom } from '../../support/cli.ts'
import { createHttpClient } from '../../support/client.ts'
import { eventually } from '../../support/eventually.ts'
import { jpeg } from '../../support/images.ts'
import { createDataDir, type Server, startServer } from '../../support/server.ts'

interface Listed {
  status: string
  variants: { url: string; byteSize: number }[]
}

async function upload({ url }: Server): Promise<string> {
  return (await createHttpClient(url).upload(await jpeg(), { recipes: ['presets'] })).image.id
}

async function becomesReady({ url }: Server, id: string): Promise<Listed> {
  const { gql } = createHttpClient(url)
  const query = `{ image(id: "${id}") { status variants { url byteSize } } }`
  return eventually(`image ${id} is ready`, async () => {
    const { image } = await gql<{ image: Listed | null }>(query)
    if (!image || image.status === 'FAILED') throw new Error(`The image is ${image?.status ?? 'not there'}.`)
    return image.status === 'READY' && image
  })
}

/** A folder that nothing was written into is not there. */
async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true }).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
}

/** What docs/operations.md says is to be copied, in that order. */
async function backUp(dataDir: string, backup: string): Promise<void> {
  const { code, stderr } = await greenroom(['backup', path.join(backup, 'greenroom.db')], { DATA_DIR: dataDir })
  expect([code, stderr]).toEqual([0, ''])
  for (const folder of ['private/originals', 'variants', 'images', 'artists']) {
    const from = path.join(dataDir, folder)
    await copyFolder(from, path.join(backup, folder))
  }
}

async function restore(backup: string, dataDir: string, { variants }: { variants: boolean }): Promise<void> {
  await mkdir(path.join(dataDir, 'private'), { recursive: true })
  await cp(path.join(backup, 'greenroom.db'), path.join(dataDir, 'private/greenroom.db'))
  const folders = ['private/originals', ...(variants ? ['variants', 'images', 'artists'] : [])]
  for (const folder of folders) {
    await copyFolder(path.join(backup, folder), path.join(dataDir, folder))
  }
}

/** Every image is there, and all of its files are. */
async function expectAll(server: Server, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { variants } = await becomesReady(server, id)
    expect(variants).toHaveLength(3)
    for (const { url, byteSize } of variants) {
      const answer = await fetch(url.replace(/^http:\/\/[^/]+/, server.url))
      expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, byteSize])
    }
  }
}

describe('a backup', () => {
  let backup: Awaited<ReturnType<typeof createDataDir>>
  const known: string[] = []
  beforeAll(async () => {
    backup = await createDataDir()
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    for (let count = 0; count < 3; count += 1) known.push(await upload(server))
    for (const id of known) await becomesReady(server, id)
    let busy = true
    const uploading = (async () => {
      while (busy) await upload(server)
    })()
    await backUp(data.dir, backup.dir)
    busy = false
    await uploading
    await server.stop('SIGKILL')
  })
  afterAll(() => backup[Symbol.asyncDispose]())

  it('that was taken while the service worked holds all that was there when it began', async () => {
    await using restored = await createDataDir()
    await restore(backup.dir, restored.dir, { variants: true })
    await using server = await startServer(restored.dir)
    await expectAll(server, known)
  })

  it('without variants is enough to make them again', async () => {
    await using restored = await createDataDir()
    await restore(backup.dir, restored.dir, { variants: false })
    const { code, stdout } = await greenroom(['reconcile', '--fix'], { DATA_DIR: restored.dir, PORT: '1' })
    expect(code, stdout).toBe(0)
    await using server = await startServer(restored.dir)
    await expectAll(server, known)
  })

  it('is whole or not there, and never written over another', async () => {
    await using data = await createDataDir()
    const target = path.join(data.dir, 'copy.db')
    const none = await greenroom(['backup', target], { DATA_DIR: data.dir })
    expect([none.code, none.stderr]).toEqual([1, `greenroom: There is no database ${data.dir}/private/greenroom.db.\n`])
    await mkdir(path.join(data.dir, 'private'))
    await writeFile(
      path.join(data.dir, 'private/greenroom.db'),
      'this is no database, though long enough to look like one',
    )
    const broken = await greenroom(['backup', target], { DATA_DIR: data.dir })
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain('The database cannot be copied')
    expect(await readdir(data.dir)).toEqual(['private'])
    await rename(path.join(data.dir, 'private/greenroom.db'), target)
    const taken = await greenroom(['backup', target], { DATABASE_URL: `file:${target}` })
    expect([taken.code, taken.stderr]).toEqual([1, `greenroom: There is a file ${target} already.\n`])
    const postgres = await greenroom(['backup', target], { DATABASE_URL: 'postgresql://db.example/greenroom' })
    expect(postgres.stderr).toContain('pg_dump')
  })
})
