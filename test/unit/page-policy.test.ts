import { expect, it } from 'vitest'
import { dashboardPolicy } from '../../src/http/page-policy.ts'

const parts = { scripts: [], pictures: 'https://pictures.example.com' }

it('lets the dashboard send to the bucket that files go to, and to nobody else', () => {
  const bucket = 'https://account.r2.example.com'
  expect(dashboardPolicy({ ...parts, bucket })).toContain(`; connect-src 'self' ${bucket};`)
  expect(dashboardPolicy({ ...parts, bucket: null })).toContain("; connect-src 'self';")
})
