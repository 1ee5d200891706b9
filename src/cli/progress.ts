import { MultiBar, type SingleBar } from 'cli-progress'
import { printable, shorten } from './format.ts'

export interface Step {
  /** 0 to 1, and what is going on */
  update(fraction: number, what: string): void
  /** ends it with a line that stays */
  done(line: string): void
  /** ends it without a word */
  drop(): void
}

export interface Progress extends Disposable {
  start(name: string): Step
}

const nameWidth = 28
const barWidth = 16
/** What stands before the text of a bar: name, bar and percentage, each with a space. */
const headWidth = nameWidth + 1 + barWidth + 1 + '100%'.length + 1

/** A bar for each step under way and one in total; plain lines where nobody watches. Names may come from anywhere. */
export function createProgress(total: number, unit: string, output: NodeJS.WriteStream = process.stdout): Progress {
  const progress = output.isTTY ? createBars(total, unit, output) : createLines(total, output)
  return {
    start(name) {
      const { update, done, drop } = progress.start(printable(name))
      return {
        update: (fraction, what) => update(fraction, printable(what)),
        done: (line) => done(printable(line)),
        drop,
      }
    },
    [Symbol.dispose]: () => progress[Symbol.dispose](),
  }
}

function createBars(total: number, unit: string, stream: NodeJS.WriteStream): Progress {
  const bars = new MultiBar({
    stream,
    hideCursor: true,
    clearOnComplete: false,
    // or it would take the signals from those who end the command in order
    gracefulExit: false,
    barsize: barWidth,
    forceRedraw: true,
    format: '{name} {bar} {percentage}% {what}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    autopadding: true,
  })
  const name = (text: string) => shorten(text, nameWidth).padEnd(nameWidth)
  const fitted = (text: string) => shorten(text, Math.max(0, (stream.columns || 80) - headWidth))
  const all: SingleBar = bars.create(total, 0, { name: name('total'), what: fitted(`0 of ${total} ${unit}`) })
  const underWay = new Map<SingleBar, number>()
  let finished = 0

  function updateTotal(): void {
    const fractions = [...underWay.values()].reduce((sum, fraction) => sum + fraction, 0)
    all.update(finished + fractions, { what: fitted(`${finished} of ${total} ${unit}`) })
  }

  function end(bar: SingleBar): void {
    underWay.delete(bar)
    bars.remove(bar)
    updateTotal()
  }

  return {
    start(label) {
      const bar = bars.create(1, 0, { name: name(label), what: fitted('sending') })
      return {
        update(fraction, what) {
          underWay.set(bar, fraction)
          bar.update(fraction, { what: fitted(what) })
          updateTotal()
        },
        done(line) {
          finished += 1
          // before the bar is removed, which flushes it: stop() would lose the line of the last step
          bars.log(`${line}\n`)
          end(bar)
        },
        drop: () => end(bar),
      }
    },
    [Symbol.dispose]: () => bars.stop(),
  }
}

function createLines(total: number, stream: NodeJS.WriteStream): Progress {
  let finished = 0
  return {
    start: () => ({
      update() {},
      done(line) {
        finished += 1
        stream.write(`[${finished}/${total}] ${line}\n`)
      },
      drop() {},
    }),
    [Symbol.dispose]() {},
  }
}
