import { expect, it } from 'vitest'
import { createStageClock } from '../../src/services/stage-clock.ts'

function createScript() {
  let now = 1_000
  return { clock: createStageClock(() => now), pass: (ms: number) => (now += ms) }
}

it('tells which stage the time went into, and what lies between steps', () => {
  const { clock, pass } = createScript()
  pass(10)
  const fetched = clock.enter('FETCH')
  pass(30)
  fetched()
  pass(5)
  const decoded = clock.enter('DECODE')
  pass(50)
  decoded()
  pass(1)
  expect(clock.read()).toEqual({ PREPARE: 10, FETCH: 30, PERSIST: 6, DECODE: 50 })
})

it('shares a moment between the steps that go on in it', () => {
  const { clock, pass } = createScript()
  const encoded = [clock.enter('ENCODE'), clock.enter('ENCODE')]
  const stored = clock.enter('STORE')
  pass(30)
  stored()
  pass(10)
  for (const leave of encoded) leave()
  expect(clock.read()).toEqual({ ENCODE: 30, STORE: 10 })
})

it('adds up to all the time that has passed, however it is cut', () => {
  const { clock, pass } = createScript()
  for (let step = 0; step < 100; step += 1) {
    const leave = [clock.enter('ENCODE'), clock.enter('STORE'), clock.enter('PERSIST')]
    pass(0.7)
    for (const each of leave) each()
  }
  const sum = Object.values(clock.read()).reduce((all, ms) => all + ms, 0)
  expect(sum).toBe(70)
})
