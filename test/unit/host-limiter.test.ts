import { createHostLimiter } from '../../src/services/sources/host-limiter.ts'
import { describeHostLimiter } from '../support/host-limiter-contract.ts'

describeHostLimiter('the limiter of one process', async (limits) => createHostLimiter(limits))
