import { existsSync } from 'node:fs'

const postgresFolders = ['/usr/local/bin', ...[18, 17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin`)]
const chromiumFiles = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const redisFiles = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server']

/** The folder of initdb and postgres, or null. */
export const postgresFolder = postgresFolders.find((folder) => existsSync(`${folder}/initdb`)) ?? null

/** The browser's program, or null. */
export const chromium = chromiumFiles.find((file) => existsSync(file)) ?? null

/** The server's program, or null. */
export const redisServer = redisFiles.find((file) => existsSync(file)) ?? null

/** What the tests could use and this machine lacks. */
export const missing = [
  ...(postgresFolder ? [] : ['PostgreSQL']),
  ...(redisServer ? [] : ['Redis']),
  ...(chromium ? [] : ['Chromium']),
]
