import { z } from 'zod'

const count = (max: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= 1 && n <= max, `must be from 1 to ${max}`)
    .default(otherwise)

/** How much one may ask for. */
export const limitVariables = {
  QUEUE_LIMIT: count(10_000_000, 10_000),
  MUTATIONS_PER_MINUTE: count(1_000_000, 600),
  UPLOADS_PER_MINUTE: count(1_000_000, 1_200),
  QUERY_COST_PER_MINUTE: count(1_000_000_000, 1_000_000),
  OPERATIONS_PER_CLIENT: count(100_000, 100),
  MAX_SUBSCRIPTIONS: count(100_000, 1_000),
  SUBSCRIPTIONS_PER_CLIENT: count(100_000, 100),
  MAX_CONNECTIONS: count(1_000_000, 4_000),
  SLOW_CLIENT_SECONDS: count(3_600, 20),
  HEADERS_TIMEOUT_SECONDS: count(3_600, 10),
}

type Variables = { [Name in keyof typeof limitVariables]: number }

export function readLimits(e: Variables) {
  return {
    queue: e.QUEUE_LIMIT,
    rates: {
      mutations: e.MUTATIONS_PER_MINUTE,
      uploads: e.UPLOADS_PER_MINUTE,
      fields: e.QUERY_COST_PER_MINUTE,
    },
    operationsPerClient: e.OPERATIONS_PER_CLIENT,
    subscriptions: { total: e.MAX_SUBSCRIPTIONS, perClient: e.SUBSCRIPTIONS_PER_CLIENT },
    connections: e.MAX_CONNECTIONS,
    slowClientMs: e.SLOW_CLIENT_SECONDS * 1000,
    headersMs: e.HEADERS_TIMEOUT_SECONDS * 1000,
  }
}
