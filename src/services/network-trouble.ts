/** What can happen on the way to a server, and the codes by which Node and undici tell it. */
const codes = {
  unknownHost: ['ENOTFOUND', 'EAI_AGAIN'],
  unreachable: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'UND_ERR_CONNECT_TIMEOUT'],
  cutOff: ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET'],
  silent: ['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
  brokenTls: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
  untrusted: [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
} as const

export type NetworkTrouble = keyof typeof codes

/** What each code means to an edge, given what each trouble means to it. */
export function meaningsByCode<Meaning>(meanings: Record<NetworkTrouble, Meaning>): Record<string, Meaning> {
  const troubles = Object.keys(codes) as NetworkTrouble[]
  return Object.fromEntries(troubles.flatMap((trouble) => codes[trouble].map((code) => [code, meanings[trouble]])))
}
