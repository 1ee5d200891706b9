import { Command, InvalidArgumentError, Option } from 'commander'
import { describeConnection } from './connect.ts'
import { cancelRun, pauseRun, resumeRun, retryChoices, retryRun } from './control.ts'
import { followRun } from './follow.ts'
import { listRuns, showRun, watchRun } from './runs.ts'
import type { Tools } from './tools.ts'

/** `greenroom runs`: looking at runs, and steering them. */
export function createRunCommands({ connect, stopping, endInterrupted, endFollowing, print }: Tools): Command {
  const runs = new Command('runs').description('look at runs, and steer them')

  runs
    .command('ls')
    .description('list the newest runs')
    .option('-n, --number <count>', 'how many, at most 100', parseCount, 20)
    .action(async ({ number }: { number: number }) => {
      await using connected = await connect()
      print(await listRuns(connected.api, number))
    })

  runs
    .command('show')
    .description('show one run and its failures')
    .argument('<id>', 'as runs ls prints it')
    .action(async (id: string) => {
      await using connected = await connect()
      print(await showRun(connected.api, id))
    })

  runs
    .command('watch')
    .description('follow a run to its end; fails when something in it failed')
    .argument('<id>', 'as runs ls prints it')
    .action(async (id: string) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      const succeeded = await watchRun(connected.api, id, signal, process.stdout)
      if (signal.aborted) endInterrupted(signal)
      else if (!succeeded) process.exitCode = 1
    })

  runs
    .command('cancel')
    .description('end a run; what is stored is kept')
    .argument('<id>', 'as runs ls prints it')
    .option('--reason <text>', 'for those who will wonder')
    .action(async (id: string, { reason = null }: { reason?: string | null }) => {
      await using connected = await connect()
      print(await cancelRun(connected.api, id, reason))
    })

  runs
    .command('pause')
    .description('begin nothing more of a run; what is in work is finished')
    .argument('<id>', 'as runs ls prints it')
    .action(async (id: string) => {
      await using connected = await connect()
      print(await pauseRun(connected.api, id))
    })

  runs
    .command('resume')
    .description('go on with a run that was paused')
    .argument('<id>', 'as runs ls prints it')
    .action(async (id: string) => {
      await using connected = await connect()
      print(await resumeRun(connected.api, id))
    })

  runs
    .command('retry')
    .description('do tasks of a run once more, and follow them to the end')
    .argument('<id>', 'as runs ls prints it; it has to be over')
    .addOption(new Option('--only <which>', 'tasks to do once more').choices(retryChoices).default('failed'))
    .action(async (id: string, { only }: { only: (typeof retryChoices)[number] }) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      signal.throwIfAborted()
      const started = await retryRun(connected.api, id, only)
      endFollowing(connected, started, await followRun(connected.api, started, signal, process.stdout), signal)
    })

  return runs
}

function parseCount(value: string): number {
  const count = Number(value)
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}
