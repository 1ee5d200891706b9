import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { describe, expect, it } from 'vitest'
import { printDiagnosis } from '../../src/cli/doctor.ts'
import { loadConfig } from '../../src/config.ts'
import { describeEnd } from '../../src/errors.ts'
import { type Diagnosis, examineStorage } from '../../src/services/storage/doctor.ts'
import { type Backend, openStores } from '../../src/services/storage/open-stores.ts'
import type { S3Store } from '../../src/services/storage/s3-store.ts'
import { abortWhen } from '../../src/signals.ts'
import { bucketEnv } from '../support/bucket-app.ts'
import { type D1Server, d1Env, startD1Server } from '../support/d1-server.ts'
import { eventually } from '../support/eventually.ts'
import { startStrictS3 } from '../support/strict-s3/server.ts'
import { createTerminal } from '../support/terminal.ts'

const origin = 'http://localhost:4000'

async function admit() {
  await using resources = new AsyncDisposableStack()
  const s3 = resources.use(await startStrictS3({ buckets: ['pictures', 'originals'], publicBuckets: ['pictures'] }))
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-doctor-'))
  resources.defer(() => rm(dir, { recursive: true, force: true }))
  const config = loadConfig({ DATA_DIR: dir, ...bucketEnv(s3) })
  const stores = resources.use(await openStores({ ...config.storage, connections: 4 }))
  const publicBase = { url: `${s3.endpoint}/pictures`, served: false }
  const patient = { stores, publicBase, origin, sharesPublic: false }
  let stop: (signal: NodeJS.Signals) => void = () => {}
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    stop = resolve
  })
  const signal = abortWhen(stopped)
  const owned = resources.move()
  return { s3, dir, config, patient, signal, stop, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What was told, and the end: the error, or null. */
async function examine(patient: Parameters<typeof examineStorage>[0], signal: AbortSignal, seen?: () => void) {
  const told: Diagnosis[] = []
  try {
    for await (const diagnosis of examineStorage(patient, signal)) {
      told.push(diagnosis)
      seen?.()
    }
    return { told, error: null }
  } catch (error) {
    return { told, error }
  }
}

describe('an examination of the storage', () => {
  it('of one that works tells so, and leaves nothing', async () => {
    await using admitted = await admit()
    const { told, error } = await examine(admitted.patient, admitted.signal)
    expect(error).toBeNull()
    expect(told.filter(({ verdict }) => verdict === 'failure')).toEqual([])
    expect([admitted.s3.puts.size > 0, admitted.s3.objects.size]).toEqual([true, 0])
  })

  it.each(['GET', 'HEAD', 'PUT'])(
    'that is interrupted in a %s says nothing of it, and leaves nothing',
    async (method) => {
      await using admitted = await admit()
      const { s3, patient, signal, stop } = admitted
      let checks = 0
      const examined = examine(patient, signal, () => {
        checks += 1
        if (checks === 1) s3.failNext('stall', { method })
      })
      await eventually('a request stalls', () => s3.log.some(({ fault }) => fault === 'stall'))
      stop('SIGINT')
      const { told, error } = await examined
      expect([describeEnd(error), error]).toEqual(['Interrupted.', signal.reason])
      expect(told.filter(({ verdict }) => verdict === 'failure')).toEqual([])
      expect(s3.objects.size).toBe(0)
    },
  )

  it('that finds another type accepted than was signed leaves nothing of it', async () => {
    await using admitted = await admit()
    const { s3, patient, signal } = admitted
    const { originals } = patient.stores.backends
    const store = originals.store as S3Store
    const lax: S3Store = {
      ...store,
      presignPut: (key, options) => store.presignPut(key, { ...options, contentType: 'text/html' }),
    }
    const backends = {
      ...patient.stores.backends,
      originals: { ...originals, kind: 's3' as const, store: lax } as Backend,
    }
    const { told } = await examine({ ...patient, stores: { ...patient.stores, backends } }, signal)
    expect(told.filter(({ verdict }) => verdict === 'failure').map(({ what }) => what)).toEqual([
      'originals: signed upload',
    ])
    expect(s3.objects.size).toBe(0)
  })

  it('that is given up half way leaves nothing', async () => {
    await using admitted = await admit()
    const { s3, patient, signal } = admitted
    for await (const { what } of examineStorage(patient, signal)) {
      if (what === 'originals: read') break
    }
    expect(s3.objects.size).toBe(0)
  })
})

it('greenroom doctor does not say that the storage works when it was interrupted between two checks', async () => {
  await using admitted = await admit()
  const { s3, config, signal, stop } = admitted
  const terminal = createTerminal(200)
  const write = terminal.output.write.bind(terminal.output)
  const output = Object.assign(terminal.output, {
    write(text: string) {
      if (text.includes('variants: read')) stop('SIGINT')
      return write(text)
    },
  })
  expect(await printDiagnosis(config, origin, output, signal)).toBe(false)
  expect(terminal.lines().at(-1)).toContain('variants: read')
  expect(s3.objects.size).toBe(0)
})

describe('greenroom doctor, where Cloudflare D1 is configured,', () => {
  async function print(change: (server: D1Server) => Record<string, string> = () => ({})) {
    await using admitted = await admit()
    await using server = await startD1Server()
    const env = { ...bucketEnv(admitted.s3), ...d1Env(server), ...change(server) }
    const terminal = createTerminal(200)
    const config = loadConfig({ DATA_DIR: admitted.dir, PUBLIC_BASE_URL: `${admitted.s3.endpoint}/pictures`, ...env })
    const works = await printDiagnosis(config, null, terminal.output, admitted.signal)
    return {
      works,
      lines: terminal.lines(),
      tables: await server.execute("SELECT name FROM pragma_table_info('events')"),
    }
  }

  it('makes its table, and says that it can be written', async () => {
    const { works, lines, tables } = await print()
    expect(works).toBe(true)
    expect(lines.slice(-2)).toEqual(['✓ D1: the table events can be read and written', 'The storage and D1 work.'])
    expect(tables).toHaveLength(6)
  })

  it('says what is wrong with it, and fails', async () => {
    const { works, lines, tables } = await print(() => ({ D1_TOKEN: 'another-token' }))
    expect(works).toBe(false)
    expect(lines.at(-2)).toMatch(/^✗ D1: Cloudflare answered that the token is not valid .* set D1_TOKEN\.$/)
    expect(lines.at(-1)).toBe('1 of the checks failed; docs/storage.md and docs/d1.md explain them.')
    expect(tables).toEqual([])
  })
})
