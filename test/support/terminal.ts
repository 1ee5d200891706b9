import { PassThrough } from 'node:stream'

/** A terminal as far as progress bars use one: what is on it after all moves of the cursor. */
export function createTerminal(columns: number) {
  const stream = new PassThrough()
  const lines: string[] = ['']
  let [row, column, widest] = [0, 0, 0]
  const line = () => lines[row] ?? ''

  function write(text: string): void {
    lines[row] = line().slice(0, column).padEnd(column) + text + line().slice(column + text.length)
    column += text.length
    widest = Math.max(widest, column)
  }

  /** by the last character of an escape sequence */
  const moves: Record<string, (parameter: string) => void> = {
    A: (count) => {
      row -= Number(count)
    },
    G: (to) => {
      column = Number(to) - 1
    },
    J: () => {
      lines.length = row + 1
      lines[row] = line().slice(0, column)
    },
    K: (mode) => {
      lines[row] = mode === '2' ? '' : line().slice(0, column)
    },
    '\n': () => {
      row += 1
      column = 0
    },
    // modes: the cursor's visibility, wrapping
    h: () => {},
    l: () => {},
  }

  stream.on('data', (chunk) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what moves a cursor
    for (const [token, parameter = '', letter] of String(chunk).matchAll(/\u001b\[\??(\d*)(\w)|\n|[^\u001b\n]+/g)) {
      const move = moves[letter ?? token]
      if (letter && !move) throw new Error(`What is ESC ${token.slice(1)}?`)
      if (move) move(parameter)
      else write(token)
    }
  })

  return {
    output: Object.assign(stream, { isTTY: true, columns }) as unknown as NodeJS.WriteStream,
    lines: () => lines.map((text) => (text ?? '').trimEnd()).filter((text) => text !== ''),
    widest: () => widest,
  }
}
