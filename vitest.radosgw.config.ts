import { defineConfig } from 'vitest/config'

// what needs Ceph, and so is no part of npm test: see npm run test:radosgw
export default defineConfig({
  test: { name: 'radosgw', include: ['test/radosgw/**/*.test.ts'], testTimeout: 60_000 },
})
