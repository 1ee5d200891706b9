import fc from 'fast-check'

/** Choices in the order they are needed; when they run out, the first of everything is chosen, which ends what grows. */
export interface Tape {
  /** a whole number from 0 to below `count` */
  below(count: number): number
  /** true about once in so many */
  oneIn(count: number): boolean
  pick<T>(list: readonly T[]): T
  /** nothing is left */
  readonly isOver: boolean
}

export function createTape(choices: readonly number[]): Tape {
  let at = 0
  const below = (count: number) => {
    const choice = choices[at] ?? 0
    at += 1
    return choice % count
  }
  return {
    below,
    oneIn: (count) => below(count) === count - 1,
    pick<T>(list: readonly T[]): T {
      return list[below(list.length)] as T
    },
    get isOver() {
      return at >= choices.length
    },
  }
}

/** Choices for something made of many; a shorter tape of smaller numbers makes something simpler, so it shrinks. */
export const anyTape = (maxLength: number) => fc.array(fc.nat(2 ** 31 - 1), { minLength: 4, maxLength, size: 'max' })
