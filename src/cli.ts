#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { connect } from './cli/connect.ts'
import { listRuns, showRun, watchRun } from './cli/runs.ts'
import { describeInterruption, type UploadOptions, uploadFiles } from './cli/upload.ts'
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
upload and runs talk to the server at GREENROOM_URL, or on the local port; with none
running they do the work themselves. serve and demo start a server of their own.`,
  )

const connection = () => connect(loadConfig(process.env), process.env.GREENROOM_URL)
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
    await using connected = await connection()
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

const runs = program.command('runs').description('look at runs')

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
    await using connected = await connection()
    const succeeded = await watchRun(connected.api, id, stopping, process.stdout)
    if (stopping.aborted) endInterrupted(stopping)
    else if (!succeeded) process.exitCode = 1
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
