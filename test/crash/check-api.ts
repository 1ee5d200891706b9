import { createHash } from 'node:crypto'
import { type Accepted, findImage, findRun, type ShownImage, type ShownRun, type ShownVariant } from './api.ts'
import { checkEvents, checkRun } from './check-run.ts'

/** What clients may see once everything is done: of all images accepted ever, and of the runs since. */
export async function checkApi(url: string, all: readonly Accepted[], recent: readonly Accepted[]) {
  const violations: string[] = []
  let lost = 0
  for (const accepted of all) {
    const [image, run] = await Promise.all([findImage(url, accepted.imageId), findRun(url, accepted.runId)])
    const problem = describeLoss(accepted, image, run)
    if (problem) {
      lost += 1
      violations.push(`Image ${accepted.imageId} is lost: ${problem}.`)
    }
    if (run) violations.push(...checkRun(accepted.runId, run))
    for (const variant of image?.variants ?? []) violations.push(...(await checkVariant(variant)))
  }
  for (const { runId } of recent) violations.push(...(await checkEvents(url, runId)))
  return { lost, violations }
}

/** Why an accepted upload did not come to its proper end, or null. */
function describeLoss({ picture }: Accepted, image: ShownImage | null, run: ShownRun | null): string | null {
  if (!image) return 'it does not exist'
  if (image.sha256 !== picture.sha256) return 'it is another picture'
  if (!run) return 'its run does not exist'
  if (!picture.damaged) return image.status === 'READY' ? null : `it is ${image.status}`
  if (image.status !== 'FAILED') return `it is damaged, and ${image.status}`
  const explained = run.tasks.nodes.every(({ errorCode, errorMessage }) => errorCode && errorMessage)
  return explained && run.tasks.nodes.length > 0 ? null : 'it failed without a reason'
}

async function checkVariant({ url, key, byteSize, sha256 }: ShownVariant): Promise<string[]> {
  const response = await fetch(url)
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.status !== 200) return [`${key} answers ${response.status}.`]
  if (bytes.byteLength !== byteSize) return [`${key} has ${bytes.byteLength} bytes, not ${byteSize}.`]
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? [] : [`${key} has another SHA-256.`]
}
