import fc from 'fast-check'
import type { Exchange } from './exchange.ts'
import { lines, words } from './strings.ts'

const methods = [
  ...words('GET POST PUT HEAD OPTIONS DELETE PATCH TRACE CONNECT PROPFIND M-SEARCH get G\0T'),
  '',
  'POST POST',
  'A'.repeat(5_000),
]
const routes = words('/graphql /images/upload /images/status/ /media/ /uploads/ /session /health /ready /metrics /')
const pathParts = [
  ...words('.. %2e%2e . / // \\ %5c %00 % %zz %c0%af %ff # * \x80\xff variants/ images/ artists/ private/ originals/'),
  ...words('greenroom.db x.jpg x.webp .env ?query={__typename} ?query= ?query={ ?variables=1 &extensions=['),
  ' ',
  '\t',
  'a'.repeat(300),
  'b'.repeat(9_000),
]
const targets = [...words('http://evil.invalid/graphql * graphql //graphql /// http: ws://['), '']
const versions = ['', 'HTTP/1.1 ', ...words('HTTP/1.0 HTTP/0.9 HTTP/2.0 HTTP/9.9 http/1.1 HTTP/1.1\0')]

const lengths = [
  '',
  '5, 5',
  '5\r\nContent-Length: 6',
  ...words('0 1 5 100000000 -1 +5 1e3 0x10 abc 99999999999999999999'),
]
const codings = ['chunked, chunked', 'chunked, gzip', ...words('chunked gzip identity Chunked xchunked'), '\x0bchunked']
const types = [
  ...lines(`application/json
application/json; charset=utf-16
application/graphql
application/graphql+json
application/x-www-form-urlencoded
multipart/form-data
multipart/form-data; boundary=x
multipart/form-data; boundary=
multipart/form-data; boundary="x
multipart/mixed; boundary=x
text/plain
image/jpeg
image/jpeg; x
*/*`),
  '',
  `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'a'.repeat(4_000),
]
const otherHeaders = [
  ...lines(`Expect: 100-continue
Expect: nothing
Upgrade: websocket
Upgrade: h2c
Connection: Upgrade, keep-alive
Connection: close
Connection: \0
Accept: text/html
Accept: text/event-stream
Accept: */*;q=x
Accept:
Accept-Encoding: br;q=0
Range: bytes=0-0
Range: bytes=-1
Range: bytes=9-1
Range: bytes=0-0,1-1,2-2
Range: x
If-None-Match: *
If-Modified-Since: x
If-Range: "x"
Content-Encoding: gzip
Content-Encoding: x
Content-Length: 3
Transfer-Encoding: chunked
TE: trailers
Trailer: x
Origin: null
Origin: http://evil.invalid
X-Forwarded-For: 1.2.3.4
X-Forwarded-Proto: https
Forwarded: for=x
Sec-Fetch-Site: cross-site
Sec-WebSocket-Key: x
Sec-WebSocket-Version: 13
X-Request-Id: \x80
x-graphql-yoga-csrf: 1
x-upload-token: x
Host: evil.invalid
Host:
no colon
: no name
A b: c
A\0: b
A: b\0c
A: \x80\xff`),
  ' folded: x',
  '\n',
  `x-upload-token: ${'x'.repeat(8_000)}`,
  `Huge: ${'h'.repeat(20_000)}`,
  `${'N'.repeat(9_000)}: x`,
]
const bodies = [
  ...lines(`{"query":"{__typename}"}
{
null
[]
"x"
[{"query":"{__typename}"}]
{"query":1}
{"query":""}
{"query":"{__typename}","variables":[]}
{"query":"{__typename}","variables":"x","operationName":{}}
{"query":"{__typename}","extensions":1}
{"__proto__":{"query":"{__typename}"}}
query={__typename}
\xff\xd8\xff
\ud800`),
  '',
  '--x\r\n\r\n\r\n--x--\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  '0\r\nTrailer: x\r\n\r\n',
  '3;x=y\r\nabc\r\n0\r\n\r\n',
  '5\r\nhel',
  'fffffffff\r\nx',
  '-1\r\n',
  'zz\r\n',
  '['.repeat(20_000),
  '\0'.repeat(2_000),
]

const anyPath = fc
  .tuple(fc.constantFrom(...routes), fc.array(fc.constantFrom(...pathParts), { maxLength: 4 }))
  .map(([route, parts]) => route + parts.join(''))
const target = fc.oneof({ weight: 9, arbitrary: anyPath }, { weight: 1, arbitrary: fc.constantFrom(...targets) })

const headersOf = (name: string, values: readonly string[]) =>
  fc.constantFrom(...values).map((value) => `${name}: ${value}`)
const manyHeaders = fc.nat(3_000).map((count) => Array.from({ length: count }, (_, at) => `H${at}: x`).join('\r\n'))
const header = fc.oneof(
  { weight: 2, arbitrary: headersOf('Content-Length', lengths) },
  { weight: 2, arbitrary: headersOf('Transfer-Encoding', codings) },
  { weight: 3, arbitrary: headersOf('Content-Type', types) },
  { weight: 5, arbitrary: fc.constantFrom(...otherHeaders) },
  { weight: 1, arbitrary: manyHeaders },
)

/** Text in pieces; a slow client sends its request so. */
function cutUp(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => text.slice(from, places[index]))
}

const { oneof, constantFrom, constant } = fc

/** A request as no library would send it; `port` is where the service listens, `who` what it says of who asks. */
export const anyRequest = (port: () => number, who: fc.Arbitrary<string[]>): fc.Arbitrary<Exchange> =>
  fc
    .record({
      method: constantFrom(...methods.slice(0, 3), ...methods),
      path: target,
      version: oneof(
        { weight: 9, arbitrary: constant('HTTP/1.1') },
        { weight: 1, arbitrary: constantFrom(...versions) },
      ),
      who,
      headers: fc.array(header, { maxLength: 5 }),
      body: oneof(constantFrom(...bodies), fc.string({ unit: 'binary', maxLength: 60 })),
      cuts: fc.array(fc.nat(2_000), { maxLength: 4 }),
      pauseMs: fc.nat(30),
      ending: constantFrom<Exchange['ending'][]>('wait', 'wait', 'half-close', 'reset'),
    })
    .map(({ method, path, version, who: known, headers, body, cuts, pauseMs, ending }) => {
      const head = [`${method} ${path} ${version}`, `Host: localhost:${port()}`, ...known, ...headers].join('\r\n')
      return { path, pieces: cutUp(`${head}\r\n\r\n${body}`, cuts), pauseMs, isWhole: false, ending }
    })

const pipelined = lines(`GET /health
GET /graphql?query={__typename}
GET /media/x.jpg
GET /images/status/x
DELETE /
OPTIONS /graphql`)

/** Several requests on one connection without waiting, the last of which may break off. */
export const anyPipeline = (port: () => number): fc.Arbitrary<Exchange> =>
  fc
    .tuple(fc.array(fc.constantFrom(...pipelined), { minLength: 1, maxLength: 12 }), fc.nat(80))
    .map(([requests, missing]) => {
      const text = requests.map((line) => `${line} HTTP/1.1\r\nHost: localhost:${port()}\r\n\r\n`).join('')
      const pieces = [text.slice(0, text.length - missing)]
      return { path: '/', pieces, pauseMs: 0, isWhole: false, ending: 'half-close' }
    })
