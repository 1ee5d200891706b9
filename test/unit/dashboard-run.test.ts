import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/dashboard/live/follow-run.ts'
import { followWork, type Work } from '../../src/dashboard/pages/run/follow-work.ts'
import { type Details, taskDetails } from '../../src/dashboard/pages/run/task-details.ts'

const openedAt = 10
const nothing: Work = { items: [], feed: [], tasks: new Map(), openedAt }

/** An event as it is told, of a task of that name. */
function event(seq: number, type: RunEvent['type'], id: string, errorStage: 'DECODE' | null = null): RunEvent {
  const task = { id, subject: `${id}.jpg`, errorStage }
  return { seq, type, createdAt: '2026-01-01T00:00:00.000Z', task } as RunEvent
}

const told = ({ items }: Work) => items.map(({ id, stage, stored, end }) => [id, stage, stored, end])

describe('what is in work', () => {
  it('goes through the stages of which the events tell', () => {
    const started = followWork(nothing, [event(11, 'TASK_STARTED', 'a')])
    expect(told(started)).toEqual([['a', 'FETCH', 0, null]])
    const decoded = followWork(started, [event(12, 'TASK_DECODED', 'a')])
    expect(told(decoded)).toEqual([['a', 'ENCODE', 0, null]])
    const stored = followWork(decoded, [event(13, 'VARIANT_STORED', 'a'), event(14, 'VARIANT_STORED', 'a')])
    expect(told(stored)).toEqual([['a', 'STORE', 2, null]])
    expect(told(followWork(stored, [event(15, 'TASK_SUCCEEDED', 'a')]))).toEqual([['a', 'STORE', 2, 'SUCCEEDED']])
  })

  it('keeps its places: who begins takes that of one that has ended', () => {
    const work = followWork(nothing, [
      event(11, 'TASK_STARTED', 'a'),
      event(12, 'TASK_STARTED', 'b'),
      event(13, 'TASK_FAILED', 'a', 'DECODE'),
    ])
    expect(told(work)).toEqual([
      ['a', 'DECODE', 0, 'FAILED'],
      ['b', 'FETCH', 0, null],
    ])
    expect(told(followWork(work, [event(14, 'TASK_STARTED', 'c')]))).toEqual([
      ['c', 'FETCH', 0, null],
      ['b', 'FETCH', 0, null],
    ])
  })

  it('does not begin what had begun before one looked', () => {
    const work = followWork(nothing, [event(openedAt, 'TASK_STARTED', 'a')])
    expect(told(work)).toEqual([])
    expect(work.feed).toHaveLength(1)
  })

  it('keeps the last 100 events', () => {
    const events = Array.from({ length: 130 }, (_, index) => event(index + 1, 'TASK_STARTED', `task ${index}`))
    const { feed } = followWork(followWork(nothing, events.slice(0, 50)), events.slice(50))
    expect(feed.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 31))
  })
})

it('tells the facts of a task, and no query of an address, which may let somebody in', () => {
  const task = {
    id: 'task 1',
    subject: 'https://cdn.example.com/a.jpg?X-Amz-Signature=abc#top',
    status: 'FAILED',
    errorCode: 'SOURCE_UNAVAILABLE',
    errorMessage: 'https://cdn.example.com/a.jpg?X-Amz-Signature=abc answered with 503.',
    errorStage: 'FETCH',
    attempt: 4,
    finishedAt: '2026-01-01T00:00:00.000Z',
    image: null,
    run: { id: 'run 1', requestId: 'request 1' },
  } as unknown as Details
  expect(taskDetails(task, 'http://localhost:4000/runs/1').split('\n')).toEqual([
    'subject: https://cdn.example.com/a.jpg',
    'status: FAILED',
    'code: SOURCE_UNAVAILABLE',
    'message: https://cdn.example.com/a.jpg answered with 503.',
    'stage: FETCH',
    'attempts: 4',
    'time: 2026-01-01T00:00:00.000Z',
    'task: task 1',
    'run: run 1',
    'request: request 1',
    'page: http://localhost:4000/runs/1',
  ])
})
