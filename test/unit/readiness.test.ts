import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { createReadiness, type Probe } from '../../src/services/readiness.ts'
import { createLogLines } from '../support/log-lines.ts'

const fine: Probe = async () => {}
const always = { database: 0, storage: 0, imageHost: 0 }
const forever = { database: 1e9, storage: 1e9, imageHost: 1e9 }
const silent = createLog('silent')

describe('readiness', () => {
  it('names what cannot be used, and nothing when all can', async () => {
    let broken = ['database', 'storage']
    const probe = (part: string) => async () => {
      if (broken.includes(part)) throw new Error('no')
    }
    const probes = { database: probe('database'), storage: probe('storage'), imageHost: probe('imageHost') }
    const readiness = createReadiness({ probes, log: silent, keepMs: always })
    expect(await readiness.missing()).toEqual(['database', 'storage'])
    broken = ['imageHost']
    expect(await readiness.missing()).toEqual(['imageHost'])
    broken = []
    expect(await readiness.missing()).toEqual([])
  })

  it('asks each part once, however many ask, while an answer is new', async () => {
    let asked = 0
    const database: Probe = async () => {
      asked += 1
    }
    const readiness = createReadiness({
      probes: { database, storage: fine, imageHost: fine },
      log: silent,
      keepMs: forever,
    })
    await Promise.all(Array.from({ length: 20 }, () => readiness.missing()))
    await readiness.missing()
    expect(asked).toBe(1)
  })

  it('does not wait for a part that never answers, nor ask it again meanwhile', async () => {
    let asked = 0
    const database: Probe = () => {
      asked += 1
      return new Promise(() => {})
    }
    const probes = { database, storage: fine, imageHost: fine }
    const readiness = createReadiness({ probes, log: silent, keepMs: always, limitMs: 10 })
    expect(await readiness.missing()).toEqual(['database'])
    expect(await readiness.missing()).toEqual(['database'])
    expect(asked).toBe(1)
  })

  it('is over once the service has been told to end', async () => {
    const readiness = createReadiness({
      probes: { database: fine, storage: fine, imageHost: fine },
      log: silent,
      keepMs: forever,
    })
    expect(await readiness.missing()).toEqual([])
    readiness.stop()
    expect(await readiness.missing()).toEqual(['service'])
  })

  it('logs each change once', async () => {
    const { log, lines } = createLogLines('info')
    let broken = true
    const storage: Probe = async () => {
      if (broken) throw new Error('no')
    }
    const readiness = createReadiness({ probes: { database: fine, storage, imageHost: fine }, log, keepMs: always })
    await readiness.missing()
    await readiness.missing()
    broken = false
    await readiness.missing()
    await readiness.missing()
    expect(lines().map(({ msg }) => msg)).toEqual(['not ready', 'ready again'])
  })
})
