// npm run bench -- [NAME...]: everything by default. Not beside anything else: there is only one machine.
import { Command } from 'commander'
import { benchAbuse } from './abuse.ts'
import { benchClaims } from './claims.ts'
import { benchDeadline } from './deadline.ts'
import { benchFleet } from './fleet.ts'
import { benchGrowth } from './growth.ts'
import { benchHostCrash } from './host-crash.ts'
import { benchLargeRun } from './large-run.ts'
import { type BenchOptions, recipeNames, wholeNumber } from './options.ts'
import { benchPipeline } from './pipeline.ts'
import { benchQuality } from './quality.ts'
import { benchScale } from './scale.ts'
import { benchSubscribers } from './subscribers.ts'
import { benchUploads } from './uploads.ts'

const benches: Record<string, { about: string; run: (options: BenchOptions) => Promise<void> }> = {
  abuse: { about: 'how fast attacks are refused, and what ordinary queries notice of them', run: benchAbuse },
  claims: { about: 'tasks claimed and ended a second', run: benchClaims },
  deadline: { about: 'how soon a large photograph can be shown, and is ready', run: benchDeadline },
  fleet: { about: 'images a second of 1, 2 and 3 workers, and what an image costs all processes', run: benchFleet },
  growth: {
    about: 'the whole service as more is sent at once, and in all; writes results and a plot',
    run: benchGrowth,
  },
  'host-crash': { about: 'what it costs when the image host is killed, idle and at work', run: benchHostCrash },
  'large-run': { about: 'accepting, planning and cancelling a run over 100,000 images', run: benchLargeRun },
  pipeline: { about: 'the whole service beside sharp alone and others; writes results and a plot', run: benchPipeline },
  quality: { about: 'likeness of variants to the best that can be made of the original', run: benchQuality },
  scale: {
    about: 'tasks and claims a second of many processes on one PostgreSQL, with fake images; writes results',
    run: benchScale,
  },
  subscribers: { about: 'what 200 subscribers to one run cost it', run: benchSubscribers },
  uploads: { about: 'memory of the service while 20 files of 10 MB arrive at once', run: benchUploads },
}

const list = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)

type Options = Omit<BenchOptions, 'recipes'> & { recipe?: string[] }

const program = new Command('bench')
  .description('Measures; prints figures of this machine.')
  .argument('[names...]', 'which', Object.keys(benches))
  .option('--rounds <n>', 'how often everything has its turn', wholeNumber)
  .option('--images <n>', 'photographs a round (pipeline), at most so many (growth), rows (large-run)', wholeNumber)
  .option('--parallel <n>', 'uploads under way at once (pipeline), at most (growth)', wholeNumber)
  .option('--recipe <name>', 'only this; may be given again (pipeline)', recipeNames)
  .addHelpText('after', `\nBenches:\n${list.join('\n')}\n\nMemory over 1,000 images is npm run bench:soak.`)
  .action(async (names: string[], { recipe, ...options }: Options) => {
    for (const name of names) {
      const bench = benches[name]
      if (!bench) program.error(`There is no bench ${name}; the benches are ${Object.keys(benches).join(', ')}.`)
      else await bench.run({ ...options, ...(recipe && { recipes: recipe }) })
    }
  })

await program.parseAsync()
