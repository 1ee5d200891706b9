import type { ServerResponse } from 'node:http'

export const jsonHeaders = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }

/** Answers with JSON that no cache may keep. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...jsonHeaders, ...headers })
  response.end(JSON.stringify(body))
}
