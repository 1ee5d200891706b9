import fc from 'fast-check'
import type { Exchange } from './exchange.ts'
import { hostileString, lines, words } from './strings.ts'

const upload = 'mutation($file:File!){uploadImage(input:{file:$file,artistName:\\"X\\"}){__typename}}'

/** What the multipart specification of GraphQL calls `operations`, and what is not quite that. */
const operations = [
  ...lines(`{"query":"${upload}","variables":{"file":null}}
{"query":"${upload}"}
{"query":"{__typename}","variables":{"file":null}}
[{"query":"${upload}","variables":{"file":null}}]
{"query":"${upload}","variables":[null]}
{"query":"${upload}","variables":null}
{"query":"${upload}","variables":"x"}
{"query":{"a":1}}
{"__proto__":{"query":"{__typename}"}}`),
  ...words('null [] "x" 1 true { \0'),
  '',
  '['.repeat(9_000),
]
const maps = [
  ...words(`{"0":["variables.file"]} {"0":["variables.file","variables.file"],"1":["variables.file"]}
    {"9":["variables.file"]} {"0":["0.variables.file"]} {"0":["variables.file.name.x.y"]} {"0":["query"]}
    {"0":["query.x"]} {"0":[""]} {"0":["."]} {"0":["__proto__.x"]} {"0":["variables.__proto__.x"]}
    {"0":["constructor.prototype.x"]} {"0":["variables.hasOwnProperty"]} {"__proto__":["variables.file"]}
    {"toString":["variables.file"]} {"operations":["variables.file"]} {"0":null} {"0":5} {"0":"variables.file"}
    {"0":{"length":3}} {"0":[null,5,{}]} null [] "x" 5 { [["variables.file"]]`),
  `{"0":["${'a.'.repeat(5_000)}b"]}`,
  '',
]
const names = [
  ...words('operations map 0 1 file artist venue __proto__ x\0y caf\xe9 a"b length'),
  '',
  'n'.repeat(10_000),
]
const filenames = [
  ...words('photo.jpg ../../x.jpg x\0.jpg a"b.jpg a;b=c \u202egpj.exe CON . %00 \xff\xfe'),
  '',
  'f'.repeat(5_000),
]
const partHeaders = [
  ...lines(`Content-Type: image/jpeg
Content-Type: text/plain; charset=utf-16
Content-Type:
Content-Type: multipart/mixed; boundary=y
Content-Transfer-Encoding: base64
Content-Length: -1
no colon
: x
A\0: b`),
  `X: ${'x'.repeat(20_000)}`,
]

interface Part {
  name: string
  value: string
  filename: string | null
  headers: string[]
}

const simple = (names: readonly string[], values: fc.Arbitrary<string>): fc.Arbitrary<Part> =>
  fc.record({ name: fc.constantFrom(...names), value: values, filename: fc.constant(null), headers: fc.constant([]) })

const starts = [
  'not a picture',
  '',
  '\xff\xd8\xff\xe0',
  '\x89PNG\r\n\x1a\n',
  'RIFF\x04\0\0\0WEBP',
  '--x',
  '\r\n--x\r\n',
  '\r\n',
]
const content = fc.oneof(
  fc.constantFrom(...starts),
  hostileString,
  fc.nat(200_000).map((size) => 'z'.repeat(size)),
)
const operationsPart = simple(['operations'], fc.constantFrom(...operations))
const mapPart = simple(['map'], fc.constantFrom(...maps))
const filePart: fc.Arbitrary<Part> = fc.record({
  name: fc.constantFrom('0', '0', 'file', 'file', '1', ...names),
  value: content,
  filename: fc.option(fc.constantFrom(...filenames), { freq: 4 }),
  headers: fc.array(fc.constantFrom(...partHeaders), { maxLength: 2 }),
})
const part = fc.oneof(
  { weight: 3, arbitrary: operationsPart },
  { weight: 3, arbitrary: mapPart },
  { weight: 3, arbitrary: filePart },
  { weight: 1, arbitrary: simple(names, content) },
)

/** As the specification orders them, so that much of it gets past the first check. */
const ordered = fc.tuple(operationsPart, mapPart, filePart)
const anyParts: fc.Arbitrary<Part[]> = fc.oneof(
  ordered,
  fc.array(part, { maxLength: 8 }),
  fc.nat(3_000).map((count) => Array<Part>(count).fill({ name: 'x', value: '', filename: null, headers: [] })),
)

function write({ name, value, filename, headers }: Part, newline: string): string {
  const disposition = `Content-Disposition: form-data; name="${name}"${filename === null ? '' : `; filename="${filename}"`}`
  return `${[disposition, ...headers].join(newline)}${newline}${newline}${value}`
}

const boundaries = [
  { said: 'x', used: 'x' },
  { said: 'x', used: 'x' },
  { said: 'x', used: 'x' },
  { said: '"x"', used: 'x' },
  { said: 'x', used: 'y' },
  { said: 'x', used: '' },
  { said: '', used: 'x' },
  { said: 'x; charset=utf-8', used: 'x' },
  { said: 'b'.repeat(200), used: 'b'.repeat(200) },
]

const endings: Exchange['ending'][] = ['wait', 'wait', 'wait', 'reset']
const csrf = 'x-graphql-yoga-csrf: 1'

/** A form for either of the routes that take one, with the length that it has, so that it has to be answered. */
export const anyForm = (port: () => number, who: fc.Arbitrary<string[]>): fc.Arbitrary<Exchange> =>
  fc
    .record({
      path: fc.constantFrom('/graphql', '/graphql', '/images/upload'),
      parts: anyParts,
      boundary: fc.constantFrom(...boundaries),
      newline: fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n'),
      end: fc.constantFrom('--', '--', '--', '--', '', '-', '--\r\nepilogue'),
      missing: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(500) }),
      headers: fc.tuple(fc.constantFrom([csrf], [csrf], [csrf], []), who).map((lists) => lists.flat()),
      chunked: fc.boolean(),
      ending: fc.constantFrom(...endings),
      pauseMs: fc.nat(10),
    })
    .map(({ path, parts, boundary, newline, end, missing, headers, chunked, ending, pauseMs }) => {
      const pieces = parts.map((each) => `--${boundary.used}${newline}${write(each, newline)}${newline}`)
      const whole = `${pieces.join('')}--${boundary.used}${end}${newline}`
      const body = whole.slice(0, Math.max(0, whole.length - missing))
      const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${Buffer.byteLength(body, 'latin1')}`
      const type = `Content-Type: multipart/form-data; boundary=${boundary.said}`
      const head = [`POST ${path} HTTP/1.1`, `Host: localhost:${port()}`, type, ...headers, length, '', ''].join('\r\n')
      return { path, pieces: [head, ...inHalves(body, chunked)], pauseMs, isWhole: true, ending }
    })

function inHalves(body: string, chunked: boolean): string[] {
  const middle = Math.floor(body.length / 2)
  const halves = [body.slice(0, middle), body.slice(middle)]
  if (!chunked) return halves
  return [...halves.filter(Boolean).map((half) => `${half.length.toString(16)}\r\n${half}\r\n`), '0\r\n\r\n']
}

/** A picture sent to an address for one upload, or to the form of one file, with another length than it has. */
export const anyTransfer = (port: () => number): fc.Arbitrary<Exchange> =>
  fc
    .record({
      path: fc.constantFrom(
        ...words('/uploads/00000000-0000-7000-8000-000000000000 /images/upload /uploads/ /uploads/%2e%2e/x /graphql'),
      ),
      method: fc.constantFrom('PUT', 'PUT', 'POST', 'GET'),
      size: fc.nat(60_000),
      lie: fc.constantFrom(-1, 1, 100, 1_000_000, -5),
      token: fc.constantFrom('x-upload-token: x', 'X-Other: 1', `x-upload-token: ${'é'.repeat(10)}`),
      ending: fc.constantFrom<Exchange['ending'][]>('wait', 'half-close', 'reset'),
      pauseMs: fc.nat(40),
    })
    .map(({ path, method, size, lie, token, ending, pauseMs }) => {
      const isUpload = path.startsWith('/uploads')
      const type = `Content-Type: ${isUpload ? 'image/jpeg' : 'multipart/form-data; boundary=x'}`
      const prefix = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
      const body = isUpload ? 'z'.repeat(size) : `${prefix}${'z'.repeat(size)}\r\n--x--\r\n`
      const length = `Content-Length: ${Math.max(0, body.length + lie)}`
      const head = [`${method} ${path} HTTP/1.1`, `Host: localhost:${port()}`, type, token, length, '', ''].join('\r\n')
      const third = Math.ceil(body.length / 3)
      const pieces = [head, body.slice(0, third), body.slice(third, 2 * third), body.slice(2 * third)]
      return { path, pieces, pauseMs, isWhole: false, ending }
    })
