import { inject } from 'vitest'

// for service-database.ts, which the programs of test/crash and test/fuzz use too, without vitest
process.env.SERVICES_ON_POSTGRES = inject('postgresUrl') ?? ''
