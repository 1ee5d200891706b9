// npm run bench -- [NAME...]: everything by default. Not beside anything else: there is only one machine.
import { Command } from 'commander'
import { benchClaims } from './claims.ts'
import { benchLargeRun } from './large-run.ts'
import { benchQuality } from './quality.ts'
import { benchSubscribers } from './subscribers.ts'
import { benchUploads } from './uploads.ts'

const benches: Record<string, { about: string; run: () => Promise<void> }> = {
  claims: { about: 'tasks claimed and ended a second', run: benchClaims },
  'large-run': { about: 'accepting, planning and cancelling a run over 100,000 images', run: benchLargeRun },
  quality: { about: 'likeness of variants to the best that can be made of the original', run: benchQuality },
  subscribers: { about: 'what 200 subscribers to one run cost it', run: benchSubscribers },
  uploads: { about: 'memory of the service while 20 files of 10 MB arrive at once', run: benchUploads },
}

const list = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)

const program = new Command('bench')
  .description('Measures; prints figures of this machine.')
  .argument('[names...]', 'which', Object.keys(benches))
  .addHelpText('after', `\nBenches:\n${list.join('\n')}`)
  .action(async (names: string[]) => {
    for (const name of names) {
      const bench = benches[name]
      if (!bench) program.error(`There is no bench ${name}; the benches are ${Object.keys(benches).join(', ')}.`)
      else await bench.run()
    }
  })

await program.parseAsync()
