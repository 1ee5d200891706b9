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

  describe('of a bucket', () => {
    const bucket = {
      STORAGE_URL: 's3://pictures/shop',
      S3_ENDPOINT: 'https://account.r2.cloudflarestorage.com',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
    }

    it('needs an address and a key, and puts originals beside the variants unless told otherwise', () => {
      expect(() => loadConfig({ STORAGE_URL: 's3://pictures' })).toThrow(
        /S3_ENDPOINT is needed[\s\S]*S3_ACCESS_KEY_ID is needed[\s\S]*S3_SECRET_ACCESS_KEY is needed/,
      )
      expect(loadConfig(bucket).storage).toMatchObject({
        url: 's3://pictures/shop',
        originalsUrl: 's3://pictures/shop',
        s3: { endpoint: bucket.S3_ENDPOINT, region: 'auto', acl: null },
      })
    })

    it('refuses an endpoint with the bucket in it, where originals would lie beside the pictures', () => {
      const endpoint = `${bucket.S3_ENDPOINT}/pictures`
      expect(() => loadConfig({ ...bucket, S3_ENDPOINT: endpoint })).toThrow('the bucket goes into STORAGE_URL')
    })

    it.each(['s3://', 's3://UPPER', 's3://a', 's3://pictures/../x', 's3://pictures/A B'])('refuses %s', (url) => {
      expect(() => loadConfig({ ...bucket, STORAGE_URL: url })).toThrow('STORAGE_URL must be file:FOLDER or s3:')
    })
  })

  it('takes as SOURCE_ALLOW only hosts with their ports', () => {
    expect(loadConfig({ SOURCE_ALLOW: 'localhost:8080, [::1]:80' }).sources.allow).toEqual([
      'localhost:8080',
      '[::1]:80',
    ])
    expect(() => loadConfig({ SOURCE_ALLOW: 'localhost' })).toThrow('SOURCE_ALLOW must be host:port')
    expect(loadConfig({}).sources.allow).toEqual([])
  })

  it('takes the public address with or without a slash at its end', () => {
    expect(loadConfig({ PUBLIC_BASE_URL: 'https://img.example.com/' }).storage.publicBaseUrl).toBe(
      'https://img.example.com',
    )
  })
})
