import fc from 'fast-check'
import type { Exchange } from './exchange.ts'

const methods = [
  ...['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH'],
  ...['get', '', 'G\0T', 'POST POST', 'A'.repeat(5_000)],
]
const routes = [
  '/graphql',
  '/images/upload',
  '/images/status/',
  '/media/',
  '/uploads/',
  '/health',
  '/',
  '/ready',
  '/metrics',
]
const pathParts = [
  ...['..', '%2e%2e', '.', '/', '//', '\\', '%5c', '%00', '%', '%zz', '%c0%af', '%ff', '#', '*', ' ', '\t', '\x80\xff'],
  ...['variants/', 'images/', 'artists/', 'private/', 'originals/', 'greenroom.db', 'x.jpg', 'x.webp', '.env'],
  ...[
    '?query={__typename}',
    '?query=',
    '?query={',
    '?variables=1',
    '&extensions=[',
    'a'.repeat(300),
    'b'.repeat(9_000),
  ],
]
const targets = ['http://evil.invalid/graphql', '*', 'graphql', '//graphql', '///', 'http:', 'ws://[', '']
const versions = ['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.1 ', '', 'HTTP/1.1\0']

const lengths = [
  '0',
  '1',
  '5',
  '100000000',
  '-1',
  '+5',
  '1e3',
  '0x10',
  'abc',
  '',
  '99999999999999999999',
  '5, 5',
  '5\r\nContent-Length: 6',
]
const codings = [
  'chunked',
  'gzip',
  'chunked, chunked',
  'chunked, gzip',
  'identity',
  'Chunked',
  'xchunked',
  '\x0bchunked',
]
const types = [
  ...['application/json', 'application/json; charset=utf-16', 'application/graphql', 'application/graphql+json'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=x', 'text/plain', ''],
  ...[
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(300)}`,
    'multipart/form-data; boundary="x',
  ],
  ...['multipart/mixed; boundary=x', 'image/jpeg', 'image/jpeg; x', '*/*', 'a'.repeat(4_000)],
]
const otherHeaders = [
  ...[
    'Expect: 100-continue',
    'Expect: nothing',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Connection: Upgrade, keep-alive',
  ],
  ...[
    'Connection: close',
    'Connection: \0',
    'Accept: text/html',
    'Accept: text/event-stream',
    'Accept: */*;q=x',
    'Accept: ',
  ],
  ...[
    'Range: bytes=0-0',
    'Range: bytes=-1',
    'Range: bytes=9-1',
    'Range: bytes=0-0,1-1,2-2',
    'Range: x',
    'If-None-Match: *',
  ],
  ...[
    'If-Modified-Since: x',
    'If-Range: "x"',
    'Content-Encoding: gzip',
    'Content-Encoding: x',
    'Accept-Encoding: br;q=0',
  ],
  ...[
    'Origin: null',
    'Origin: http://evil.invalid',
    'X-Forwarded-For: 1.2.3.4',
    'Forwarded: for=x',
    'Sec-Fetch-Site: cross-site',
  ],
  ...['x-graphql-yoga-csrf: 1', 'x-upload-token: x', `x-upload-token: ${'x'.repeat(8_000)}`, 'Authorization: Bearer x'],
  ...[
    'Authorization: ',
    'Cookie: a=b; a; =; "',
    'Host: evil.invalid',
    'Host: ',
    'no colon',
    ': no name',
    'A b: c',
    ' folded: x',
  ],
  ...[
    'A\0: b',
    'A: b\0c',
    'A: \x80\xff',
    `Huge: ${'h'.repeat(20_000)}`,
    `${'N'.repeat(9_000)}: x`,
    'TE: trailers',
    'Trailer: x',
  ],
  ...['\n', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13', 'Transfer-Encoding: chunked', 'Content-Length: 3'],
]
const bodies = [
  ...[
    '',
    '{"query":"{__typename}"}',
    '{',
    'null',
    '[]',
    '[{"query":"{__typename}"}]',
    '"x"',
    '{"query":1}',
    '{"query":""}',
  ],
  ...['{"query":"{__typename}","variables":[]}', '{"query":"{__typename}","variables":"x","operationName":{}}'],
  ...['{"__proto__":{"query":"{__typename}"}}', '['.repeat(20_000), '{"query":"{__typename}","extensions":1}'],
  ...[
    'query={__typename}',
    '--x\r\n\r\n\r\n--x--\r\n',
    '5\r\nhello\r\n0\r\n\r\n',
    '5\r\nhel',
    'fffffffff\r\nx',
    '-1\r\n',
    'zz\r\n',
  ],
  ...['0\r\nTrailer: x\r\n\r\n', '3;x=y\r\nabc\r\n0\r\n\r\n', '\xff\xd8\xff', '\0'.repeat(2_000), '\ud800'],
]

const anyPath = fc
  .tuple(fc.constantFrom(...routes), fc.array(fc.constantFrom(...pathParts), { maxLength: 4 }))
  .map(([route, parts]) => route + parts.join(''))
const target = fc.oneof({ weight: 9, arbitrary: anyPath }, { weight: 1, arbitrary: fc.constantFrom(...targets) })

const lengthHeader = fc.constantFrom(...lengths).map((length) => `Content-Length: ${length}`)
const codingHeader = fc.constantFrom(...codings).map((coding) => `Transfer-Encoding: ${coding}`)
const typeHeader = fc.constantFrom(...types).map((type) => `Content-Type: ${type}`)
const header = fc.oneof(
  { weight: 2, arbitrary: lengthHeader },
  { weight: 2, arbitrary: codingHeader },
  { weight: 3, arbitrary: typeHeader },
  { weight: 5, arbitrary: fc.constantFrom(...otherHeaders) },
  {
    weight: 1,
    arbitrary: fc.nat(3_000).map((count) => Array.from({ length: count }, (_, at) => `H${at}: x`).join('\r\n')),
  },
)

interface Said {
  method: string
  path: string
  version: string
  headers: string[]
  body: string
  cuts: number[]
}

/** Text in pieces; a slow client sends its request so. */
function cutUp(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => text.slice(from, places[index]))
}

/** A request as no library would send it; `port` is where the service listens. */
export const anyRequest = (port: () => number): fc.Arbitrary<Exchange> =>
  fc
    .record({
      said: fc.record<Said>({
        method: fc.constantFrom(...methods.slice(0, 3), ...methods),
        path: target,
        version: fc.oneof(
          { weight: 9, arbitrary: fc.constant('HTTP/1.1') },
          { weight: 1, arbitrary: fc.constantFrom(...versions) },
        ),
        headers: fc.array(header, { maxLength: 5 }),
        body: fc.oneof(fc.constantFrom(...bodies), fc.string({ unit: 'binary', maxLength: 60 })),
        cuts: fc.array(fc.nat(2_000), { maxLength: 4 }),
      }),
      pauseMs: fc.nat(30),
      ending: fc.constantFrom<Exchange['ending'][]>('wait', 'wait', 'half-close', 'reset'),
    })
    .map(({ said: { method, path, version, headers, body, cuts }, pauseMs, ending }) => {
      const head = [`${method} ${path} ${version}`, `Host: localhost:${port()}`, ...headers].join('\r\n')
      return { path, pieces: cutUp(`${head}\r\n\r\n${body}`, cuts), pauseMs, isWhole: false, ending }
    })

const pipelined = [
  'GET /health',
  'GET /graphql?query={__typename}',
  'GET /media/x.jpg',
  'GET /images/status/x',
  'DELETE /',
  'OPTIONS /graphql',
]

/** Several requests on one connection without waiting, the last of which may break off. */
export const anyPipeline = (port: () => number): fc.Arbitrary<Exchange> =>
  fc
    .tuple(fc.array(fc.constantFrom(...pipelined), { minLength: 1, maxLength: 12 }), fc.nat(80))
    .map(([lines, missing]) => {
      const text = lines.map((line) => `${line} HTTP/1.1\r\nHost: localhost:${port()}\r\n\r\n`).join('')
      return {
        path: '/',
        pieces: [text.slice(0, text.length - missing)],
        pauseMs: 0,
        isWhole: false,
        ending: 'half-close',
      }
    })
