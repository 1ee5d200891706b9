import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { greenroom } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { damagedJpeg } from '../support/images.ts'
import { createDataDir, startServer } from '../support/server.ts'

const small = 'examples/photos/lamp-bird-small.jpg'
const large = 'examples/photos/dandelion-meadow-16mp.jpg'
const upload = (...files: string[]) => ['upload', ...files, '--artist', 'Bird', '-r', 'presets']

describe('greenroom backfill', () => {
  it('without a server tells what it would do, does it in this process, and finds nothing the second time', async () => {
    await using data = await createDataDir()
    const env = { DATA_DIR: data.dir, PORT: '1' }
    await greenroom(upload(small), env)
    const dry = await greenroom(['backfill', '-r', 'artist,presets', '--dry-run'], env)
    expect(dry.stdout).toMatch(/^No server runs: working in this process\.\nimages {4}1\nvariants {2}2 to make, about /)
    const made = await greenroom(['backfill', '-r', 'artist,presets'], env)
    expect([made.code, made.stderr]).toEqual([0, ''])
    expect(made.stdout).toContain('SUCCEEDED: Everything is done.\n1 of 1 tasks\n')
    const again = await greenroom(['backfill', '-r', 'artist,presets'], env)
    expect([again.code, again.stdout]).toEqual([
      0,
      'No server runs: working in this process.\nThere is nothing to do: every image has every variant of its recipes.\n',
    ])
    expect((await greenroom(['backfill', '--force', '--stale'], env)).stderr).toContain('cannot be used with')
  })

  it('through a server says so, lists what failed, and follows the run that is under way', async () => {
    await using data = await createDataDir()
    await using server = await startServer(path.join(data.dir, 'data'))
    const env = { GREENROOM_URL: server.url }
    const broken = path.join(data.dir, 'broken.jpg')
    await writeFile(broken, await damagedJpeg())
    expect((await greenroom(upload(small, broken), env)).code).toBe(1)
    const made = await greenroom(['backfill', '--force'], env)
    expect(made.code).toBe(1)
    expect(made.stdout).toContain(`Working through the server at ${server.url}.\n`)
    expect(made.stdout).toMatch(/2 of 2 tasks, 1 with nothing to do, 1 failed\n✗ broken\.jpg failed: The .*\n$/)

    const api = createApi(server.url)
    await api.query('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    const first = greenroom(['backfill', '--force'], env)
    const waiting = () => api.query<{ queue: { waitingBackground: number } }>('{ queue { waitingBackground } }')
    await eventually('the backfill waits', async () => (await waiting()).queue.waitingBackground > 0)
    const second = await greenroom(['backfill', '--force'], env, 'under way already')
    await api.query('mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
    expect((await first).stdout).toContain('1 failed')
    expect(second.stdout).toMatch(/A run is under way already: following [0-9a-f-]{36}\.\n/)
  })

  it('leaves the run to the server on Ctrl-C, and says how to end it', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    const env = { GREENROOM_URL: server.url }
    await greenroom(upload(large), env)
    await createApi(server.url).query('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    const stopped = greenroom(['backfill', '--force'], env, 'Working through')
    const { code, stdout } = await stopped
    expect(code).toBe(130)
    const id = /greenroom runs cancel ([0-9a-f-]{36}) ends it/.exec(stdout)?.[1] ?? ''
    const cancelled = await greenroom(['runs', 'cancel', id, '--reason', 'changed my mind'], env)
    expect(cancelled.stdout).toMatch(new RegExp(`^${id}: CANCELLED, 1 of 1 tasks are over\n$`))
    const shown = await greenroom(['runs', 'show', id], env)
    expect(shown.stdout).toContain('state     CANCELLED\nreason    changed my mind\n')
  })
})

describe('greenroom runs', () => {
  it('pauses, resumes, and retries what failed', async () => {
    await using data = await createDataDir()
    await using server = await startServer(path.join(data.dir, 'data'))
    const env = { GREENROOM_URL: server.url }
    const broken = path.join(data.dir, 'broken.jpg')
    await writeFile(broken, await damagedJpeg())
    await greenroom(upload(broken), env)
    const listed = await greenroom(['runs', 'ls'], env)
    const id = /[0-9a-f-]{36}/.exec(listed.stdout)?.[0] ?? ''
    const retried = await greenroom(['runs', 'retry', id], env)
    expect(retried.code).toBe(1)
    expect(retried.stdout).toContain('✗ broken.jpg failed:')
    expect((await greenroom(['runs', 'pause', id], env)).stderr).toBe(
      'greenroom: The run is over (FAILED), so there is nothing to pause.\n',
    )
    expect((await greenroom(['runs', 'retry', id, '--only', 'some'], env)).stderr).toContain('Allowed choices')

    const api = createApi(server.url)
    await api.query('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    await api.query('mutation { reprocessImages(input: { scope: ALL }) { __typename } }')
    const waiting = /[0-9a-f-]{36}/.exec((await greenroom(['runs', 'ls', '-n', '1'], env)).stdout)?.[0] ?? ''
    expect((await greenroom(['runs', 'pause', waiting], env)).stdout).toContain('QUEUED, paused, 0 of 1')
    expect((await greenroom(['runs', 'resume', waiting], env)).stdout).toContain('QUEUED, 0 of 1')
  })
})

describe('greenroom gc', () => {
  it('tells what it would collect, and collects it', async () => {
    await using data = await createDataDir()
    const env = { DATA_DIR: data.dir, PORT: '1', GC_GRACE_SECONDS: '0' }
    await greenroom(upload(small), env)
    expect((await greenroom(['gc'], env)).stdout).toBe(
      'Collected: 0 variants of 0 sets, 0 deleted images, 0 old events: 0 B.\n',
    )
    await using server = await startServer(data.dir, { GC_GRACE_SECONDS: '0' })
    const api = createApi(server.url)
    const { images } = await api.query<{ images: { nodes: { id: string }[] } }>('{ images { nodes { id } } }')
    await api.query('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', {
      id: images.nodes[0]?.id,
    })
    const through = { GREENROOM_URL: server.url }
    expect((await greenroom(['gc', '--dry-run'], through)).stdout).toMatch(
      /^Would be collected: 3 variants of 1 sets, 1 deleted images, 0 old events: \d+(\.\d)? kB\.\n$/,
    )
    expect((await greenroom(['gc'], through)).stdout).toMatch(/^Collected: 3 variants of 1 sets, 1 deleted images/)
    expect((await greenroom(['gc', '--dry-run'], through)).stdout).toContain('0 variants of 0 sets')
  })
})
