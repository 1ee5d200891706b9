import type { Command } from 'commander'
import { describeConnection } from './connect.ts'
import { type ImportOptions, importUrls } from './import.ts'
import { describeInterruption } from './send-pictures.ts'
import { collect, type Tools } from './tools.ts'
import { type UploadOptions, uploadFiles } from './upload.ts'

/** Commands that bring pictures in: `upload` and `import`. */
export function addPictureCommands(program: Command, tools: Tools): void {
  const { connect, stopping, endInterrupted, endFollowing, print } = tools

  program
    .command('upload')
    .description('send pictures, and follow them until every variant is stored')
    .argument('<files...>', 'files, or folders whose pictures are sent')
    .requiredOption('-a, --artist <name>', 'who is in the pictures')
    .option('-v, --venue <tag>', 'the venue they are for: 2 to 10 lower-case letters')
    .option('-r, --recipe <names>', 'what to make of them, separated by commas (default: those of the server)', collect)
    .action(async (files: string[], options: UploadOptions) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      const summary = await uploadFiles(connected.api, files, options, signal)
      if (signal.aborted) {
        print(describeInterruption(summary, connected.inProcess))
        endInterrupted(signal)
        return
      }
      print(`${summary.imageIds.length} done, ${summary.failed} failed`)
      if (summary.failed > 0) process.exitCode = 1
    })

  program
    .command('import')
    .description('fetch pictures from public web servers, and follow them until every variant is stored')
    .argument('[urls...]', 'addresses of pictures')
    .requiredOption('-a, --artist <name>', 'who is in the pictures')
    .option('-f, --from <file>', 'a file with an address on each line; - for standard input')
    .option('-v, --venue <tag>', 'the venue they are for: 2 to 10 lower-case letters')
    .option('-r, --recipe <names>', 'what to make of them, separated by commas (default: those of the server)', collect)
    .action(async (urls: string[], options: ImportOptions) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      const { runId, succeeded } = await importUrls(connected.api, urls, options, signal, process.stdout)
      endFollowing(connected, runId, succeeded, signal)
    })
}
