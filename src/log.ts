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

/** A scheme, so long at most that looking for one takes no time in the longest line. */
const scheme = String.raw`\b[a-z][a-z0-9+.-]{0,20}:\/\/`
const userInfo = new RegExp(String.raw`(${scheme})[^\s"'\\/?#@<>]{1,500}@`, 'gi')
const query = new RegExp(String.raw`(${scheme}[^\s"'\\?#<>]{1,2000})\?[^\s"'\\<>]+`, 'gi')
const bearer = /\b(bearer\s+)[\w~+/=.-]{8,}/gi

/** What a URL says after its question mark or before its host may be a signature or a password, wherever it is told. */
export function hideSecrets(line: string): string {
  return line.replace(userInfo, '$1[redacted]@').replace(query, '$1?[redacted]').replace(bearer, '$1[redacted]')
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
