import { MultiBar, type SingleBar } from 'cli-progress'

export interface Step {
  /** 0 to 1, and what is going on */
  update(fraction: number, what: string): void
  /** ends it with a line that stays */
  done(line: string): void
}

export interface Progress extends Disposable {
  start(name: string): Step
}

const nameWidth = 34

/** A bar for each step under way and one in total; plain lines where nobody watches. */
export function createProgress(total: number, unit: string, output: NodeJS.WriteStream = process.stdout): Progress {
  return output.isTTY ? createBars(total, unit, output) : createLines(total, output)
}

function createBars(total: number, unit: string, stream: NodeJS.WriteStream): Progress {
  const bars = new MultiBar({
    stream,
    hideCursor: true,
    clearOnComplete: false,
    barsize: 24,
    forceRedraw: true,
    format: '{name} {bar} {percentage}% {what}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    autopadding: true,
  })
  const name = (text: string) => (text.length > nameWidth ? `${text.slice(0, nameWidth - 1)}…` : text.padEnd(nameWidth))
  const all: SingleBar = bars.create(total, 0, { name: name('total'), what: `0 of ${total} ${unit}` })
  let finished = 0
  return {
    start(label) {
      const bar = bars.create(1, 0, { name: name(label), what: 'sending' })
      return {
        update: (fraction, what) => bar.update(fraction, { what: what.slice(0, 40) }),
        done(line) {
          finished += 1
          bars.remove(bar)
          bars.log(`${line}\n`)
          all.update(finished, { what: `${finished} of ${total} ${unit}` })
        },
      }
    },
    [Symbol.dispose]() {
      // log() only buffers, and stop() does not flush: the line of the last step would be lost
      bars.update()
      bars.stop()
    },
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
    }),
    [Symbol.dispose]() {},
  }
}
