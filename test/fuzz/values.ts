import {
  type GraphQLInputField,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'
import { blockedAddresses, hostileStrings, words } from './strings.ts'
import type { Tape } from './tape.ts'

/** A value of an enum, which has no quotes. */
export class EnumWord {
  readonly word: string
  constructor(word: string) {
    this.word = word
  }
}

export interface Known {
  /** global ids that there are */
  ids: readonly string[]
  cursors: readonly string[]
  slugs: readonly string[]
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

const ids = [
  ...words('Image:x Image: : ProcessingRun:1 Run:1 Artist:../x Task:1 VenueEvent:x Upload:x __proto__:x constructor:x'),
  ...words('toString:1 Query:1 Image:😀 DateTime:1 Node:1'),
  'Image:\0',
  `Image:${'i'.repeat(5_000)}`,
].map(base64)
const cursors = [
  ...words('GPC:S:x GPC:S:\0 GPC:S: GPC:N:5 GPC:N:x GPC:I:5 GPC:D:9 GPC:D:x GPC:J:[1] GPC:J:{} GPC:T:["S:a"]'),
  ...words('GPC: GPC:X:1 OffsetConnection:1'),
].map(base64)
const dates = words('2026-01-01 2026-11-21 2027-02-28 0001-01-01 9999-12-31')
const noDates = ['2026-02-30', '0000-00-00', '-1', '', '2026-1-1', '2026-01-01T00:00:00Z']
const numbers = [0, 1, -1, 2, 5, 20, 100, 101, 2_147_483_647, -2_147_483_648]
const noNumbers = [2_147_483_648, 1.5, 1e300, -0.1]
const misfits = [null, true, '5', [], {}, [[null]], 5, 'x', { a: 1 }, '\0']

/** Something of the type, or about once in fifty something of another. */
export function valueFor(type: GraphQLInputType, name: string, tape: Tape, known: Known): unknown {
  if (tape.oneIn(50)) return tape.pick(misfits)
  if (!isNonNullType(type) && tape.oneIn(20)) return null
  return givenFor(getNullableType(type), name, tape, known)
}

type Given = ReturnType<typeof getNullableType<GraphQLInputType>>

function givenFor(type: Given, name: string, tape: Tape, known: Known): unknown {
  if (isListType(type)) {
    const count = tape.oneIn(40) ? 300 : tape.below(4)
    return Array.from({ length: count }, () => valueFor(type.ofType, name, tape, known))
  }
  if (isEnumType(type)) return new EnumWord(tape.oneIn(40) ? 'NOPE' : tape.pick(type.getValues()).name)
  if (isInputObjectType(type)) return objectFor(Object.values(type.getFields()), tape, known)
  return scalarFor(type.name, name, tape, known)
}

function objectFor(fields: readonly GraphQLInputField[], tape: Tape, known: Known): object {
  const given = fields.filter((field) =>
    isNonNullType(field.type) ? !tape.oneIn(50) : !tape.isOver && tape.below(2) === 0,
  )
  const entries = given.map((field) => [field.name, valueFor(field.type, field.name, tape, known)])
  return Object.fromEntries(tape.oneIn(60) ? [...entries, ['__proto__x', 1]] : entries)
}

const some = (known: readonly string[], others: readonly string[], tape: Tape, share: number) =>
  tape.below(3) < share && known.length > 0 ? tape.pick(known) : tape.pick([...others, ...hostileStrings])

const scalars: Record<string, (tape: Tape, known: Known) => unknown> = {
  Int: (tape) => tape.pick(tape.oneIn(25) ? noNumbers : numbers),
  Float: (tape) => tape.pick(tape.oneIn(25) ? noNumbers : numbers),
  Boolean: (tape) => tape.below(2) === 0,
  ID: (tape, known) => some(known.ids, ids, tape, 2),
  Date: (tape) => tape.pick(tape.oneIn(25) ? noDates : dates),
  File: (tape) => tape.pick(misfits),
}

/** By the name of the argument or field. */
const texts: Record<string, (tape: Tape, known: Known) => unknown> = {
  url: (tape) => tape.pick(blockedAddresses),
  urls: (tape) => tape.pick(blockedAddresses),
  after: (tape, known) => some(known.cursors, cursors, tape, 1),
  before: (tape, known) => some(known.cursors, cursors, tape, 1),
}

function scalarFor(type: string, name: string, tape: Tape, known: Known): unknown {
  const choose = scalars[type] ?? texts[name]
  return choose ? choose(tape, known) : some(known.slugs, [], tape, 1)
}

/** As GraphQL writes it. */
export function literal(value: unknown): string {
  if (value instanceof EnumWord) return value.word
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}: ${literal(each)}`)
      .join(', ')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** As JSON has it, for a variable. */
export function plain(value: unknown): unknown {
  if (value instanceof EnumWord) return value.word
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
  }
  return value
}
