// npm run bench:docs: plots and tables anew, from what is in bench/results
import { publish, published } from './publish.ts'

for (const name of published) await publish(name)
