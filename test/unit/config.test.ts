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

  it.each([
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['HOST', '192.0.2.1'],
    ['TRUST_PROXY', 'true'],
    ['CORS_ORIGINS', 'https://app.example.com'],
  ])('lets nobody else in by %s=%s without tokens, and says how to make one', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(
      new RegExp(`${name} .*: greenroom token create --name NAME --role admin .*AUTH_TOKENS_FILE`),
    )
    expect(loadConfig({ [name]: value, AUTH_TOKENS_FILE: 'tokens.json' }).auth.tokens).toEqual({
      file: path.resolve('tokens.json'),
    })
  })

  it('takes as CORS_ORIGINS only origins as browsers send them', () => {
    const env = { AUTH_TOKENS_FILE: 'tokens.json' }
    const origins = 'https://app.example.com, http://localhost:5173'
    expect(loadConfig({ ...env, CORS_ORIGINS: origins }).auth.corsOrigins).toEqual(origins.split(', '))
    for (const wrong of [
      '*',
      'null',
      'https://a.example/',
      'app.example.com',
      'https://*.example',
      'https://A.example',
    ]) {
      expect(() => loadConfig({ ...env, CORS_ORIGINS: wrong }), wrong).toThrow('CORS_ORIGINS must be origins')
    }
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

    it('refuses an endpoint that is no URL, in the same words as all else', () => {
      const wrong = { ...bucket, S3_ENDPOINT: 'account.r2.cloudflarestorage.com', PORT: 'x' }
      expect(() => loadConfig(wrong)).toThrow(/PORT must be[\s\S]*S3_ENDPOINT must be an http or https URL/)
    })

    it.each(['s3://', 's3://UPPER', 's3://a', 's3://pictures/../x', 's3://pictures/A B'])('refuses %s', (url) => {
      expect(() => loadConfig({ ...bucket, STORAGE_URL: url })).toThrow('STORAGE_URL must be file:FOLDER or s3:')
    })
  })

  describe('of D1', () => {
    const d1 = {
      D1_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
      D1_DATABASE_ID: '01234567-89ab-cdef-0123-456789abcdef',
      D1_TOKEN: 'secret-token',
    }
    const cloudflare = { accountId: d1.D1_ACCOUNT_ID, databaseId: d1.D1_DATABASE_ID, token: 'secret-token' }

    it('is a file beside the database, unless Cloudflare is named', () => {
      expect(loadConfig({}).d1).toEqual({ file: path.resolve('data/private/d1.db'), cloudflare: null, autoSync: true })
      expect(loadConfig(d1).d1.cloudflare).toEqual({ ...cloudflare, baseUrl: 'https://api.cloudflare.com' })
    })

    it.each([
      ['D1_ACCOUNT_ID', ['D1_DATABASE_ID', 'D1_TOKEN']],
      ['D1_DATABASE_ID', ['D1_ACCOUNT_ID', 'D1_TOKEN']],
      ['D1_TOKEN', ['D1_ACCOUNT_ID', 'D1_DATABASE_ID']],
    ] as const)('does not take %s alone, and names what else it needs', (name, others) => {
      const only = { [name]: d1[name] }
      for (const other of others) expect(() => loadConfig(only)).toThrow(`${other} is needed too`)
    })

    it('does not take the address of the API alone', () => {
      expect(() => loadConfig({ D1_BASE_URL: 'https://proxy.example.com' })).toThrow('D1_TOKEN is needed too')
    })

    it('refuses the name of the database in place of its ID', () => {
      expect(() => loadConfig({ ...d1, D1_DATABASE_ID: 'events' })).toThrow('and not its name')
    })

    it('shows no token in what it says is wrong', () => {
      const wrong = { ...d1, D1_TOKEN: 'two secret-words' }
      expect(() => loadConfig(wrong)).toThrow(/^(?![\s\S]*secret)[\s\S]*D1_TOKEN must be one word/)
    })

    it.each(['https://proxy.example.com/', 'http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787/'])(
      'goes to %s when told so',
      (url) => {
        expect(loadConfig({ ...d1, D1_BASE_URL: url }).d1.cloudflare?.baseUrl).toBe(url.replace(/\/$/, ''))
      },
    )

    it.each(['http://proxy.example.com', 'http://localhost.example.com', 'ftp://127.0.0.1', 'proxy.example.com'])(
      'does not send the token to %s',
      (url) => {
        expect(() => loadConfig({ ...d1, D1_BASE_URL: url })).toThrow('D1_BASE_URL must be an https URL')
      },
    )

    it('refuses an address with a path, which would be in every request', () => {
      expect(() => loadConfig({ ...d1, D1_BASE_URL: 'https://api.cloudflare.com/client/v4' })).toThrow(
        'end with the host',
      )
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

  describe('of scrapes', () => {
    it('asks no venue itself, at no set time, unless told so', () => {
      expect(loadConfig({}).scrape).toEqual({ live: false, pages: {}, schedule: null })
      expect(loadConfig({ SCRAPE_LIVE: 'true' }).scrape.live).toBe(true)
      expect(loadConfig({ SCRAPE_LIVE: 'false' }).scrape.live).toBe(false)
    })

    it('takes as SCRAPE_LIVE only true and false, so that no slip gives permission', () => {
      for (const slip of ['yes', '1', 'TRUE']) expect(() => loadConfig({ SCRAPE_LIVE: slip })).toThrow('SCRAPE_LIVE')
    })

    it('takes pages of each source, also several, and addresses with their own signs of equality', () => {
      const pages = 'liv=http://localhost:8080/a, tao=http://localhost:8080/b?page=1&n=2,liv=http://localhost:8080/c'
      expect(loadConfig({ SCRAPE_PAGES: pages }).scrape.pages).toEqual({
        liv: ['http://localhost:8080/a', 'http://localhost:8080/c'],
        tao: ['http://localhost:8080/b?page=1&n=2'],
      })
    })

    it.each(['http://localhost/a', 'omnia=http://localhost/a', 'liv=', 'liv=page.html', 'liv=http://localhost/a,'])(
      'refuses %s as SCRAPE_PAGES',
      (pages) => {
        expect(() => loadConfig({ SCRAPE_PAGES: pages })).toThrow('SCRAPE_PAGES must be SOURCE=ADDRESS')
      },
    )

    it('is due as a cron pattern says, by the clock of Las Vegas unless another is named', () => {
      const schedule = { SCRAPE_SCHEDULE: '0 */6 * * *' }
      expect(loadConfig(schedule).scrape.schedule).toEqual({ pattern: '0 */6 * * *', timezone: 'America/Los_Angeles' })
      const utc = { pattern: '0 */6 * * *', timezone: 'UTC' }
      expect(loadConfig({ ...schedule, SCRAPE_TIMEZONE: 'UTC' }).scrape.schedule).toEqual(utc)
      expect(loadConfig({ SCRAPE_TIMEZONE: 'UTC' }).scrape.schedule).toBeNull()
    })

    it('refuses a pattern and a time zone that nobody knows', () => {
      expect(() => loadConfig({ SCRAPE_SCHEDULE: 'every day' })).toThrow('SCRAPE_SCHEDULE must be a cron pattern')
      expect(() => loadConfig({ SCRAPE_SCHEDULE: '99 * * * *' })).toThrow('SCRAPE_SCHEDULE must be a cron pattern')
      expect(() => loadConfig({ SCRAPE_TIMEZONE: 'Las Vegas' })).toThrow('SCRAPE_TIMEZONE must be a time zone')
    })
  })

  it('takes the public address with or without a slash at its end', () => {
    expect(loadConfig({ PUBLIC_BASE_URL: 'https://img.example.com/' }).storage.publicBaseUrl).toBe(
      'https://img.example.com',
    )
  })

  it('takes the address of the service as scheme, host and port', () => {
    expect(loadConfig({ SERVICE_URL: 'https://img.example.com:8443/' }).http.serviceUrl).toBe(
      'https://img.example.com:8443',
    )
    for (const address of ['img.example.com', 'ftp://img.example.com', 'https://img.example.com/greenroom']) {
      expect(() => loadConfig({ SERVICE_URL: address })).toThrow('SERVICE_URL must')
    }
  })
})
