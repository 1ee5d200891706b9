import { type Command, Option } from 'commander'
import { type BackfillOptions, backfill, previewBackfill } from './backfill.ts'
import { describeConnection } from './connect.ts'
import { printDiagnosis } from './doctor.ts'
import { collectGarbage, surveyGarbage } from './gc.ts'
import { reconcile } from './reconcile.ts'
import { collect, type Tools } from './tools.ts'

/** Commands that look after what is stored: `backfill`, `reconcile`, `gc`, `backup`, `doctor`. */
export function addStorageCommands(program: Command, tools: Tools): void {
  const { connect, stopping, endInterrupted, endFollowing, print } = tools

  program
    .command('backfill')
    .description('make what images lack, and follow the run to its end')
    .addOption(new Option('--force', 'look at every image, also in storage').conflicts('stale'))
    .option('--stale', 'make anew what was made by a recipe that has changed since')
    .option(
      '-r, --recipe <names>',
      'only for these recipes, separated by commas (default: those of each image)',
      collect,
    )
    .option('--dry-run', 'only tell what would be done')
    .action(async (options: BackfillOptions) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      if (options.dryRun) {
        print(await previewBackfill(connected.api, options))
        return
      }
      const { runId, succeeded } = await backfill(connected.api, options, signal, process.stdout)
      endFollowing(connected, runId, succeeded, signal)
    })

  program
    .command('reconcile')
    .description('compare storage with the database, both ways; fails when they differ and --fix is not given')
    .option('--fix', 'make what is missing or wrong again, and delete what nothing names')
    .action(async ({ fix = false }: { fix?: boolean }) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      const { runId, succeeded } = await reconcile(connected.api, fix, signal, process.stdout)
      endFollowing(connected, runId, succeeded, signal)
    })

  program
    .command('gc')
    .description('delete replaced variants and deleted images whose grace period is over')
    .option('--dry-run', 'only tell what would be deleted')
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const signal = stopping()
      await using connected = await connect()
      print(dryRun ? await surveyGarbage(connected.api) : await collectGarbage(connected.api, signal, process.stdout))
      if (signal.aborted) endInterrupted(signal)
    })

  program
    .command('backup')
    .argument('<file>', 'where to; a name that is not taken')
    .description('copy the SQLite database as it is at this moment, also while a server works')
    .action(async (file: string) => {
      // only here: no other command needs the database of a server
      const { backUp } = await import('./backup.ts')
      print(await backUp(tools.config(), file))
    })

  program
    .command('doctor')
    .description('try out the storage that is configured: write, read, delete, sign, serve; and name what is wrong')
    .option(
      '--origin <url>',
      "a web site whose pages are to send files to the storage (CORS; default: the server's own)",
    )
    .action(async ({ origin = null }: { origin?: string | null }) => {
      const signal = stopping()
      const healthy = await printDiagnosis(tools.config(), origin, process.stdout, signal)
      if (signal.aborted) endInterrupted(signal)
      else if (!healthy) process.exitCode = 1
    })
}
