import path from 'node:path'
import { z } from 'zod'
import { howToMakeToken } from './auth/watch-tokens.ts'

/** What only this machine can reach. */
export const loopback = ['127.0.0.1', 'localhost', '::1']

/** Origins as browsers send them, with commas between them. */
const originList = z.string().transform((value, context) => {
  const origins = value.split(',').map((origin) => origin.trim())
  for (const origin of origins) {
    if (/^https?:[^*]+$/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin) continue
    const message = `must be origins as https://app.example.com with commas between them, which "${origin}" is not`
    context.addIssue({ code: 'custom', message })
  }
  return origins
})

/** The variables that say who may ask. */
export const whoMayVariables = {
  AUTH_TOKENS_FILE: z.string().trim().min(1, 'must not be empty').optional(),
  TRUST_PROXY: z.enum(['true', 'false']).default('false'),
  CORS_ORIGINS: originList.default([]),
}

type WhoMay = z.infer<z.ZodObject<typeof whoMayVariables>>

/** What is wrong with them together: nothing that others can reach is served without tokens. */
export function* checkWhoMay(env: WhoMay & { HOST: string }): Generator<[name: string, message: string]> {
  if (env.AUTH_TOKENS_FILE) return
  const remedy = `so tokens are needed: ${howToMakeToken}, and AUTH_TOKENS_FILE=FILE has them used`
  if (!loopback.includes(env.HOST)) yield ['HOST', `is ${env.HOST}, which others can reach, ${remedy}`]
  if (env.TRUST_PROXY === 'true') yield ['TRUST_PROXY', `lets in whoever the proxy does, ${remedy}`]
  if (env.CORS_ORIGINS.length > 0) yield ['CORS_ORIGINS', `lets in pages of other origins, ${remedy}`]
}

/** `only`: a single token, which the caller made up and does not keep; null: without tokens. */
type Tokens = { file: string } | { only: string } | null

export function readWhoMay(e: WhoMay) {
  const tokens: Tokens = e.AUTH_TOKENS_FILE ? { file: path.resolve(e.AUTH_TOKENS_FILE) } : null
  return { tokens: tokens as Tokens, trustProxy: e.TRUST_PROXY === 'true', corsOrigins: e.CORS_ORIGINS }
}
