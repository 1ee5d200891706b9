import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Role, roles } from './viewer.ts'

/** Scanners for secrets find it by this: `grn_[A-Za-z0-9_-]{43}`. */
const prefix = 'grn_'

/** 256 random bits, which nobody guesses: so a plain hash keeps them as well as a slow one. */
export const makeToken = () => `${prefix}${randomBytes(32).toString('base64url')}`

export const digestOf = (token: string) => createHash('sha256').update(token).digest()

const moment = z.iso.datetime({ offset: true })

// strict: a slip in `expiresAt` must not make a token that never ends
const tokenRecord = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  role: z.enum(roles),
  /** SHA-256 of the token, in hex */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: moment,
  expiresAt: moment.nullable().default(null),
  revokedAt: moment.nullable().default(null),
})

const isUnique = (values: readonly string[]) => new Set(values).size === values.length

// of two with one id, or for one token, who revokes one may have left the other
const tokenRecords = z
  .array(tokenRecord)
  .refine((tokens) => isUnique(tokens.map(({ id }) => id)) && isUnique(tokens.map(({ hash }) => hash)))

const tokenFile = z.strictObject({ version: z.literal(1), tokens: tokenRecords })

export type TokenRecord = z.infer<typeof tokenRecord>

/** Throws a ZodError or a SyntaxError. */
export const parseRecords = (text: string): TokenRecord[] => tokenFile.parse(JSON.parse(text)).tokens

export const printRecords = (tokens: readonly TokenRecord[]) => `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`

export interface TokenOptions {
  name: string
  role: Role
  expiresAt: Date | null
}

/** The record of a token, which does not hold the token itself. */
export function recordOf(token: string, { name, role, expiresAt }: TokenOptions): TokenRecord {
  return {
    id: randomBytes(4).toString('hex'),
    name,
    role,
    hash: digestOf(token).toString('hex'),
    createdAt: new Date().toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: null,
  }
}

export const hasExpired = ({ expiresAt }: TokenRecord) => expiresAt !== null && Date.parse(expiresAt) <= Date.now()

export const holds = (record: TokenRecord) => record.revokedAt === null && !hasExpired(record)
