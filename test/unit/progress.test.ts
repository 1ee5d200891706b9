import { describe, expect, it, vi } from 'vitest'
import { activity, shorten } from '../../src/cli/format.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { createTerminal } from '../support/terminal.ts'

/** Bars are drawn ten times a second. */
const redrawn = () => new Promise((resolve) => setTimeout(resolve, 150))

describe('the progress in a terminal', () => {
  it('keeps the line of every step, the last one too', async () => {
    const terminal = createTerminal(80)
    {
      using progress = createProgress(3, 'images', terminal.output)
      const steps = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => progress.start(name))
      await redrawn()
      for (const [index, step] of steps.entries()) step.done(`✓ image ${index + 1}`)
    }
    await redrawn()
    expect(terminal.lines()).toEqual([
      '✓ image 1',
      '✓ image 2',
      '✓ image 3',
      expect.stringMatching(/^total +█{16} 100% 3 of 3 images$/),
    ])
  })

  it('moves the total with what is under way, and forgets what was dropped', async () => {
    const terminal = createTerminal(80)
    using progress = createProgress(2, 'images', terminal.output)
    progress.start('a.jpg').update(0.5, 'half way')
    progress.start('b.jpg').drop()
    await redrawn()
    expect(terminal.lines()).toEqual([
      expect.stringMatching(/^total .* 25% 0 of 2 images$/),
      expect.stringMatching(/^a\.jpg .* 50% half way$/),
    ])
  })

  it.each([60, 80, 200])('fits into %d columns', async (columns) => {
    const terminal = createTerminal(columns)
    using progress = createProgress(1, 'images', terminal.output)
    progress.start('a-photo-with-a-very-long-name.jpg').update(1, 'responsive w1280 avif (1280x853 px) is stored.')
    await redrawn()
    expect(terminal.widest()).toBeLessThanOrEqual(columns)
  })
})

describe('a text that is too long', () => {
  it.each([
    ['as it is', 8, 'as it is'],
    ['responsive w1280 avif is stored.', 29, 'responsive w1280 avif is…'],
    ['one two', 5, 'one…'],
    ['dandelion-meadow.jpg', 10, 'dandelion…'],
    ['no room', 0, ''],
  ])('%j in %d columns ends with a word', (text, width, shortened) => {
    expect(shorten(text, width)).toBe(shortened)
  })
})

it('a run whose images nobody has begun waits', () => {
  expect(activity({ type: 'PLANNED', message: 'There is 1 task.' })).toBe('waiting')
  expect(activity({ type: 'TASK_DECODED', message: 'a.jpg is decoded.' })).toBe('a.jpg is decoded.')
})

it('no name or message of elsewhere steers the terminal', () => {
  const terminal = createTerminal(80)
  const output = Object.assign(terminal.output, { isTTY: false })
  const written = vi.spyOn(output, 'write').mockReturnValue(true)
  using progress = createProgress(1, 'images', output)
  progress.start('a').done('\u001b[2Jb.jpg\u202e')
  expect(written).toHaveBeenCalledExactlyOnceWith('[1/1] [2Jb.jpg\n')
})
