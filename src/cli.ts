#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type BackfillOptions, backfill, previewBackfill } from './cli/backfill.ts'
import { type Connection, connect, describeConnection } from './cli/connect.ts'
import { cancelRun, pauseRun, resumeRun, retryChoices, retryRun } from './cli/control.ts'
import { followRun } from './cli/follow.ts'
import { shortId } from './cli/format.ts'
import { collectGarbage, surveyGarbage } from './cli/gc.ts'
import { createManifestCommands } from './cli/manifest-commands.ts'
import { listRuns, showRun, watchRun } from './cli/runs.ts'
import { describeInterruption } from './cli/send-pictures.ts'
import { type UploadOptions, uploadFiles } from './cli/upload.ts'
import { loadConfig } from './config.ts'
import { describeEnd } from './errors.ts'
import { abortWhen, untilStopped } from './signals.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const program = new Command('greenroom')
  .description('Takes pictures of artists in, makes every size and format the web needs, and shows every step live.')
  .version(version)
  .addHelpText(
    'after',
    `
Commands talk to the server at GREENROOM_URL, or on the local port; with none running
they do the work themselves. serve and demo start a server of their own.`,
  )

const connection = (options: Parameters<typeof connect>[2] = { works: false }) =>
  connect(loadConfig(process.env), process.env.GREENROOM_URL, options)
const print = (text: string) => process.stdout.write(`${text}\n`)

program
  .command('serve')
  .description('serve the API until told to stop; see docs/configuration.md for the environment')
  .action(async () => {
    await import('./main.ts')
  })

program
  .command('upload')
  .description('send pictures, and follow them until every variant is stored')
  .argument('<files...>', 'files, or folders whose pictures are sent')
  .requiredOption('-a, --artist <name>', 'who is in the pictures')
  .option('-v, --venue <tag>', 'the venue they are for: 2 to 10 lower-case letters')
  .option('-r, --recipe <names>', 'what to make of them, separated by commas (default: those of the server)', collect)
  .action(async (files: string[], options: UploadOptions) => {
    const stopping = abortWhen(untilStopped())
    await using connected = await connection({ works: true })
    const summary = await uploadFiles(connected.api, files, options, stopping)
    if (stopping.aborted) {
      print(describeInterruption(summary, connected.inProcess))
      endInterrupted(stopping)
      return
    }
    print(`${summary.imageIds.length} done, ${summary.failed} failed`)
    if (summary.failed > 0) process.exitCode = 1
  })

function collect(value: string, before: string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim())
  return [...before, ...names.filter((name) => name !== '')]
}

/** As a shell tells of a program that a signal ended. */
function endInterrupted({ reason }: AbortSignal): void {
  process.exitCode = 128 + constants.signals[reason as NodeJS.Signals]
}

program
  .command('backfill')
  .description('make what images lack, and follow the run to its end')
  .addOption(new Option('--force', 'look at every image, also in storage').conflicts('stale'))
  .option('--stale', 'make anew what was made by a recipe that has changed since')
  .option('-r, --recipe <names>', 'only for these recipes, separated by commas (default: those of each image)', collect)
  .option('--dry-run', 'only tell what would be done')
  .action(async (options: BackfillOptions) => {
    const stopping = abortWhen(untilStopped())
    await using connected = await connection({ works: true })
    print(describeConnection(connected))
    if (options.dryRun) {
      print(await previewBackfill(connected.api, options))
      return
    }
    const { runId, succeeded } = await backfill(connected.api, options, stopping, process.stdout)
    endFollowing(connected, runId, succeeded, stopping)
  })

/** What becomes of a run that nobody follows any more. */
function endFollowing(connected: Connection, id: string | null, succeeded: boolean, stopping: AbortSignal): void {
  if (!stopping.aborted) {
    if (!succeeded) process.exitCode = 1
    return
  }
  const fate = connected.inProcess
    ? 'The run goes on with the next greenroom serve or backfill'
    : 'The server goes on with the run'
  if (id) print(`${fate}; greenroom runs cancel ${shortId(id)} ends it.`)
  endInterrupted(stopping)
}

program
  .command('gc')
  .description('delete replaced variants and deleted images whose grace period is over')
  .option('--dry-run', 'only tell what would be deleted')
  .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
    const stopping = abortWhen(untilStopped())
    await using connected = await connection()
    print(dryRun ? await surveyGarbage(connected.api) : await collectGarbage(connected.api, stopping, process.stdout))
    if (stopping.aborted) endInterrupted(stopping)
  })

program.addCommand(
  createManifestCommands({
    connect: connection,
    stopping: () => abortWhen(untilStopped()),
    endInterrupted,
    collect,
    print,
  }),
)

const runs = program.command('runs').description('look at runs, and steer them')

runs
  .command('ls')
  .description('list the newest runs')
  .option('-n, --number <count>', 'how many, at most 100', parseCount, 20)
  .action(async ({ number }: { number: number }) => {
    await using connected = await connection()
    print(await listRuns(connected.api, number))
  })

function parseCount(value: string): number {
  const count = Number(value)
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}

runs
  .command('show')
  .description('show one run and its failures')
  .argument('<id>', 'as runs ls prints it')
  .action(async (id: string) => {
    await using connected = await connection()
    print(await showRun(connected.api, id))
  })

runs
  .command('watch')
  .description('follow a run to its end; fails when something in it failed')
  .argument('<id>', 'as runs ls prints it')
  .action(async (id: string) => {
    const stopping = abortWhen(untilStopped())
    await using connected = await connection({ works: true })
    const succeeded = await watchRun(connected.api, id, stopping, process.stdout)
    if (stopping.aborted) endInterrupted(stopping)
    else if (!succeeded) process.exitCode = 1
  })

runs
  .command('cancel')
  .description('end a run; what is stored is kept')
  .argument('<id>', 'as runs ls prints it')
  .option('--reason <text>', 'for those who will wonder')
  .action(async (id: string, { reason = null }: { reason?: string | null }) => {
    await using connected = await connection()
    print(await cancelRun(connected.api, id, reason))
  })

runs
  .command('pause')
  .description('begin nothing more of a run; what is in work is finished')
  .argument('<id>', 'as runs ls prints it')
  .action(async (id: string) => {
    await using connected = await connection()
    print(await pauseRun(connected.api, id))
  })

runs
  .command('resume')
  .description('go on with a run that was paused')
  .argument('<id>', 'as runs ls prints it')
  .action(async (id: string) => {
    await using connected = await connection()
    print(await resumeRun(connected.api, id))
  })

runs
  .command('retry')
  .description('do tasks of a run once more, and follow them to the end')
  .argument('<id>', 'as runs ls prints it; it has to be over')
  .addOption(new Option('--only <which>', 'tasks to do once more').choices(retryChoices).default('failed'))
  .action(async (id: string, { only }: { only: (typeof retryChoices)[number] }) => {
    const stopping = abortWhen(untilStopped())
    await using connected = await connection({ works: true })
    print(describeConnection(connected))
    const started = await retryRun(connected.api, id, only)
    endFollowing(connected, started, await followRun(connected.api, started, stopping, process.stdout), stopping)
  })

program
  .command('demo')
  .description('process the sample photos, print what was made, and leave the server running')
  .option('--once', 'end when the photos are done')
  .action(async ({ once = false }: { once?: boolean }) => {
    // only here: it brings the whole service, which --help need not wait for
    const { runDemo } = await import('./cli/demo.ts')
    if (!(await runDemo(loadConfig(process.env), once))) process.exitCode = 1
  })

/** The whole help after a slip of the keyboard would bury what was wrong. */
function hintAtHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(see ${name} --help)`)
  for (const subcommand of command.commands) hintAtHelp(subcommand, `${name} ${subcommand.name()}`)
}
hintAtHelp(program, 'greenroom')

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`greenroom: ${describeEnd(error)}\n`)
  process.exitCode = 1
}
