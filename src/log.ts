import pino from 'pino'

export type Log = pino.Logger

/** Fields that never belong in a log, whoever puts them there and however deep. */
const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'x-upload-token',
  'x-amz-security-token',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'credentials',
]
const depths = ['', '*.', '*.*.', '*.*.*.']
const redacted = secretFields.flatMap((name) => depths.map((depth) => `${depth}["${name}"]`.replace('.[', '[')))

/** What follows the scheme of a URL, to its end; taken as a whole, so that the longest line takes no time. */
const urlRest = /:\/\/[^\s"'\\<>]+/g
const bearer = /\b(bearer\s+)[\w~+/=.-]{8,}/gi

/** What a URL says before its host or after its question mark may be a password or a signature, wherever it is told. */
export function hideSecrets(line: string): string {
  return line.replace(urlRest, hideInUrl).replace(bearer, '$1[redacted]')
}

function hideInUrl(rest: string): string {
  const [beforeQuery = '', ...query] = rest.split('?')
  const shown = beforeQuery.replace(/^:\/\/[^/#]*@/, '://[redacted]@')
  return query.join('') === '' ? `${shown}${'?'.repeat(query.length)}` : `${shown}?[redacted]`
}

/** JSON lines, on standard output when no destination is given. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
    hooks: { streamWrite: hideSecrets },
  }
  return destination ? pino(options, destination) : pino(options)
}
