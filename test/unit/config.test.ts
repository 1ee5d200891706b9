import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'

describe('loadConfig', () => {
  it('needs nothing: everything has an embedded default', () => {
    const data = path.resolve('data')
    expect(loadConfig({})).toMatchObject({
      http: { host: '127.0.0.1', port: 4000 },
      database: { url: `file:${data}/private/greenroom.db` },
      storage: { url: `file:${data}`, originalsUrl: `file:${data}/private`, publicBaseUrl: null },
      defaultRecipes: ['presets', 'responsive'],
      limits: { maxBytes: 10_485_760, maxPixels: 100_000_000, minWidth: 100, minHeight: 100 },
      work: { leaseMs: 30_000, retryBaseMs: 2_000 },
    })
  })

  it('names every problem in one message', () => {
    expect(() => loadConfig({ PORT: '4000x', MAX_BYTES: '-1', STORAGE_URL: 'ftp://x' })).toThrow(
      /PORT must be a whole number[\s\S]*STORAGE_URL must be file:FOLDER or s3:[\s\S]*MAX_BYTES must be a whole number/,
    )
  })

  it('refuses an address that others can reach, and says what to do', () => {
    expect(() => loadConfig({ HOST: '0.0.0.0' })).toThrow('HOST is 0.0.0.0, which others can reach')
  })

  it('takes an empty variable as unset', () => {
    expect(loadConfig({ PORT: '' }).http.port).toBe(4000)
  })

  it('takes the public address with or without a slash at its end', () => {
    expect(loadConfig({ PUBLIC_BASE_URL: 'https://img.example.com/' }).storage.publicBaseUrl).toBe(
      'https://img.example.com',
    )
  })
})
