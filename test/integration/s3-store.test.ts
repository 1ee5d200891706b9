import { describeObjectStore } from '../support/object-store-contract.ts'
import { createTestS3Store } from '../support/s3-store.ts'
import { startStrictS3 } from '../support/strict-s3/server.ts'

describeObjectStore('the S3 store on a strict storage', async () => {
  const server = await startStrictS3({ pageSize: 10 })
  const { store, ...created } = await createTestS3Store(server)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await created[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
})
