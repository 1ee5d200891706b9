// npm run test:crash -- --rounds 60 [--seed 1] [--point mid-encode]
// kills the built service again and again, and says what it lost; exits 1 when a promise was broken
import { randomInt } from 'node:crypto'
import { SingleBar } from 'cli-progress'
import { InvalidArgumentError, Option, program } from 'commander'
import { createCampaign, type Round } from './campaign.ts'
import { type CrashPoint, crashPoints } from './crash-plan.ts'
import { addRound, type PointTotals, renderSummary } from './summary.ts'

interface Options {
  rounds: number
  seed: number
  point?: CrashPoint
}

const wholeNumber = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

program
  .requiredOption('--rounds <n>', 'how many, shared out among the points', wholeNumber)
  .option('--seed <n>', 'the same choices as the run that printed it', wholeNumber, randomInt(1_000_000))
  .addOption(new Option('--point <name>', 'only this one').choices(crashPoints))

function describeRound({ number, point, lives, result, kept }: Round): string {
  const { crashed, accepted, lost, violations } = result
  const plan = lives.map(({ crash }) => `${crash.point} #${crash.count} +${crash.delayMs} ms`).join(', ')
  const figures = `crashes ${crashed.length}/${lives.length}, accepted ${accepted}, lost ${lost}`
  return [
    `round ${number} ${point}: ${figures}, violations ${violations.length} (${plan})`,
    ...violations.map((violation) => `  ${violation}`),
    ...(kept ? [`  Its folder is kept: ${kept}`] : []),
  ].join('\n')
}

/** Lines, with a bar below them where a person looks on. */
function createPrinter(rounds: number) {
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: '{bar} {value}/{total} rounds, {eta_formatted} left' })
    : null
  bar?.start(rounds, 0)
  return {
    line(text: string, done: number): void {
      if (bar) process.stdout.write('\r\u001b[K')
      process.stdout.write(`${text}\n`)
      bar?.update(done)
    },
    end: () => bar?.stop(),
  }
}

async function main({ rounds, seed, point }: Options): Promise<void> {
  process.stdout.write(`seed ${seed}\n`)
  const started = Date.now()
  const printer = createPrinter(rounds)
  const totals = new Map<string, PointTotals>()
  await using campaign = createCampaign(seed, point ? [point] : crashPoints)
  for (let number = 1; number <= rounds; number += 1) {
    const round = await campaign.next()
    totals.set(round.point, addRound(totals.get(round.point), round.result))
    if (round.result.violations.length > 0) process.exitCode = 1
    printer.line(describeRound(round), number)
  }
  const orphans = await campaign.end()
  printer.end()
  const seconds = Math.round((Date.now() - started) / 1000)
  process.stdout.write(`\n${renderSummary(totals)}\n`)
  process.stdout.write(`\n${seconds} s; originals of unanswered uploads that were left: ${orphans}\n`)
}

await main(program.parse().opts<Options>())
