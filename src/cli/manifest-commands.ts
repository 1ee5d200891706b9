import { Command } from 'commander'
import { exportCollection } from './manifest-export.ts'
import { importCollection, previewImport } from './manifest-import.ts'
import { describeInterruption } from './send-pictures.ts'
import { collect, type Tools } from './tools.ts'

interface ImportOptions {
  recipe?: string[]
  dryRun?: boolean
}

/** `greenroom manifest`: collections of artist pictures as files, with image_manifest.json. */
export function createManifestCommands({ connect, stopping, endInterrupted, print }: Tools): Command {
  const manifest = new Command('manifest').description('exchange artist pictures as files, with image_manifest.json')

  manifest
    .command('export')
    .description('write the picture of every artist and venue as artists/SLUG/SLUG_VENUE_SIZE.jpg, and the manifest')
    .argument('<dir>', 'where to; files that are there and right are kept')
    .action(async (dir: string) => {
      const signal = stopping()
      await using connected = await connect({ ownUrls: true })
      const { text, failed } = await exportCollection(connected.api, dir, signal, process.stdout)
      if (signal.aborted) {
        print('Interrupted: the manifest is as it was.')
        endInterrupted(signal)
        return
      }
      print(text)
      if (failed > 0) process.exitCode = 1
    })

  manifest
    .command('import')
    .description(
      'send the pictures of a folder, the largest file of each; the manifest, or else their names, say whose',
    )
    .argument('<dir>', 'the folder with image_manifest.json, or just with artists/')
    .option('-r, --recipe <names>', 'what to make of them, separated by commas (default: artist)', collect)
    .option('--dry-run', 'only tell what would be sent; needs no server')
    .action(async (dir: string, { recipe, dryRun = false }: ImportOptions) => {
      const { text, failed } = dryRun ? await previewImport(dir) : await runImport(dir, recipe)
      print(text)
      if (failed > 0) process.exitCode = 1
    })

  async function runImport(dir: string, recipe: string[] | undefined): Promise<{ text: string; failed: number }> {
    const signal = stopping()
    await using connected = await connect({ works: true })
    const { sent, text, failed } = await importCollection(connected.api, dir, recipe, signal, process.stdout)
    if (!signal.aborted) return { text, failed }
    endInterrupted(signal)
    return { text: describeInterruption(sent, connected.inProcess), failed: 0 }
  }

  return manifest
}
