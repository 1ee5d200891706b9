// Opens a database, says so, and holds it until killed.
import { openDb } from '../../src/services/db/open-db.ts'

await openDb(process.argv[2] ?? '')
process.send?.('open')
setInterval(() => {}, 1000)
