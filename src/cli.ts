#!/usr/bin/env node
import { Command } from 'commander'
import { connect } from './cli/connect.ts'
import { listRuns, showRun, watchRun } from './cli/runs.ts'
import { type UploadOptions, uploadFiles } from './cli/upload.ts'
import { loadConfig } from './config.ts'
import { describeEnd } from './errors.ts'

const program = new Command('greenroom')
  .description('Takes pictures of artists in, makes every size and format the web needs, and shows every step live.')
  .showHelpAfterError()
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
  .option('-r, --recipe <name>', 'what to make of them, once for each (default: those of the server)', collect)
  .action(async (files: string[], options: UploadOptions) => {
    await using connected = await connection()
    const { imageIds, failed } = await uploadFiles(connected.api, files, options)
    print(`${imageIds.length} done, ${failed} failed`)
    if (failed > 0) process.exitCode = 1
  })

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

const runs = program.command('runs').description('look at runs')

runs
  .command('ls')
  .description('list the newest runs')
  .option('-n, --number <count>', 'how many', '20')
  .action(async ({ number }: { number: string }) => {
    await using connected = await connection()
    print(await listRuns(connected.api, Number(number)))
  })

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
    await using connected = await connection()
    if (!(await watchRun(connected.api, id, process.stdout))) process.exitCode = 1
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

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`greenroom: ${describeEnd(error)}\n`)
  process.exitCode = 1
}
