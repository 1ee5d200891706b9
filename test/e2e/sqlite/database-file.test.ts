import { describe, expect, it } from 'vitest'
import { createDataDir, runToEnd, startServer } from '../../support/server.ts'

describe('a service with its rows in a file', () => {
  it('refuses to share its data with a second one, and says so', async () => {
    await using data = await createDataDir()
    await using _server = await startServer(data.dir)
    const { code, stderr } = await runToEnd({ DATA_DIR: data.dir })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Another Greenroom process is using .*greenroom\.db\. Stop it or choose another DATA_DIR; to send commands to it, set GREENROOM_URL to its address\.\n$/,
    )
  })

  it('says when its folder cannot be made', async () => {
    const { code, stderr } = await runToEnd({ DATA_DIR: 'package.json/data' })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The folder .*package\.json\/data\/private cannot be made \(ENOTDIR\)\. Choose another DATA_DIR\.\n$/,
    )
  })
})
