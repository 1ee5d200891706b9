import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../support/client.ts'
import { tell } from '../support/control.ts'
import { type Dashboard, openDashboard } from '../support/dashboard.ts'
import { jpeg } from '../support/images.ts'
import { chromium } from '../support/installed.ts'
import { createTestTokens, type TestTokens } from '../support/tokens.ts'

describe.skipIf(!chromium)('the dashboard of a service with tokens', () => {
  let tokens: TestTokens
  let dashboard: Dashboard
  beforeAll(async () => {
    tokens = await createTestTokens()
    dashboard = await openDashboard({ AUTH_TOKENS_FILE: tokens.file })
  })
  afterAll(async () => {
    await dashboard?.[Symbol.asyncDispose]()
    await tokens?.[Symbol.asyncDispose]()
  })

  const field = () => dashboard.page.getByLabel('Your token')

  async function signIn(token: string): Promise<void> {
    await field().fill(token)
    await dashboard.page.getByRole('button', { name: 'Sign in' }).click()
    await dashboard.page.getByRole('heading', { name: 'Overview' }).waitFor()
  }

  it('asks for one, and tells who is signed in', async () => {
    await dashboard.page.goto('/runs')
    await signIn(tokens.of.viewer)
    await dashboard.page.getByText("a test's viewer").waitFor()
    await dashboard.page.getByText('No images yet').waitFor()
  })

  it('tells a viewer who has paused a run, and lets them not resume it', async () => {
    const { page, server } = dashboard
    const admin = createHttpClient(server.url, { authorization: `Bearer ${tokens.of.admin}` })
    await tell(admin, 'setConcurrency', { concurrency: 0 })
    const { run } = await admin.upload(await jpeg())
    await tell(admin, 'pauseRun', { id: run.id })
    const banner = page.getByRole('status', { name: 'Paused' })
    await banner.getByText("Upload is paused by a test's admin").waitFor()
    expect(await banner.getByRole('button').count()).toBe(0)
    await tell(admin, 'resumeRun', { id: run.id })
    await banner.waitFor({ state: 'detached' })
  })

  it('asks again once one has signed out', async () => {
    await dashboard.page.getByRole('button', { name: 'Sign out' }).click()
    await field().waitFor()
  })

  it('asks again as soon as the token holds no more, without a click', async () => {
    const token = await tokens.add('editor')
    // the service reads its file again within a second
    await expect.poll(() => isKnown(dashboard.server.url, token), { timeout: 10_000 }).toBe(true)
    await signIn(token)
    await dashboard.page.getByRole('heading', { name: 'Active runs' }).waitFor()
    await tokens.revoke(token)
    await field().waitFor()
    expect(new URL(dashboard.page.url()).pathname).toBe('/session')
  })
})

async function isKnown(url: string, token: string): Promise<boolean> {
  const { ok } = await fetch(`${url}/session`, { headers: { authorization: `Bearer ${token}` } })
  return ok
}
