#!/usr/bin/env node
import { Command } from 'commander'
import { createManifestCommands } from './cli/manifest-commands.ts'
import { addPictureCommands } from './cli/picture-commands.ts'
import { createRunCommands } from './cli/run-commands.ts'
import { addStorageCommands } from './cli/storage-commands.ts'
import { createTokenCommands } from './cli/token-commands.ts'
import { createTools } from './cli/tools.ts'
import { addVenueCommands } from './cli/venue-commands.ts'
import { describeEnd } from './errors.ts'
import { version } from './package-root.ts'
import { InterruptedError } from './signals.ts'

const program = new Command('greenroom')
  .description('Takes pictures of artists in, makes every size and format the web needs, and shows every step live.')
  .version(version)
  .addHelpText(
    'after',
    `
Commands talk to the server at GREENROOM_URL, with GREENROOM_TOKEN if it wants one, or without a token on the local
port; with none running they do the work themselves. serve and demo start a server of their own.`,
  )

const tools = createTools(process.env)

program
  .command('serve')
  .description('serve the API until told to stop; see docs/configuration.md for the environment')
  .action(async () => {
    await import('./main.ts')
  })

program
  .command('worker')
  .description('work on what waits until told to stop, without an API; any number of them, with PostgreSQL')
  .action(async () => {
    await import('./worker.ts')
  })

addPictureCommands(program, tools)
addVenueCommands(program, tools)
addStorageCommands(program, tools)
program.addCommand(createRunCommands(tools))
program.addCommand(createManifestCommands(tools))
program.addCommand(createTokenCommands(tools))

program
  .command('demo')
  .description('process the sample photos, read the sample venues, print what was made, and leave the server running')
  .option('--once', 'end when all is done')
  .action(async ({ once = false }: { once?: boolean }) => {
    // only here: it brings the whole service, which --help need not wait for
    const { runDemo } = await import('./cli/demo.ts')
    if (!(await runDemo(tools.config(), tools.token, once))) process.exitCode = 1
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
  process.exitCode = error instanceof InterruptedError ? error.exitCode : 1
}
