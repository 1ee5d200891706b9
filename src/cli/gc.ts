import type { Api } from './api.ts'
import { bytes } from './format.ts'
import { createProgress } from './progress.ts'

interface Garbage {
  sets: number
  variants: number
  images: number
  events: number
  bytes: number
}

const fields = '{ sets variants images events bytes }'

const describe = ({ sets, variants, images, events, bytes: size }: Garbage) =>
  `${variants} variants of ${sets} sets, ${images} deleted images, ${events} old events: ${bytes(size)}`

/** What a collection would delete. */
export async function surveyGarbage(api: Api): Promise<string> {
  const { garbage } = await api.query<{ garbage: Garbage }>(`{ garbage ${fields} }`)
  return `Would be collected: ${describe(garbage)}.`
}

/** Collects, batch by batch, until nothing is left or the signal comes. */
export async function collectGarbage(api: Api, signal: AbortSignal, output: NodeJS.WriteStream): Promise<string> {
  const { garbage } = await api.query<{ garbage: Garbage }>(`{ garbage ${fields} }`)
  const total: Garbage = { sets: 0, variants: 0, images: 0, events: 0, bytes: 0 }
  const size = (some: Garbage) => some.sets + some.images + some.events
  using progress = createProgress(1, 'collections', output)
  const step = progress.start('garbage')
  while (!signal.aborted) {
    const { collectGarbage: batch } = await api.query<{ collectGarbage: Garbage }>(
      `mutation { collectGarbage ${fields} }`,
    )
    if (size(batch) === 0) break
    for (const key of Object.keys(total) as (keyof Garbage)[]) total[key] += batch[key]
    step.update(Math.min(1, size(total) / Math.max(1, size(garbage))), describe(total))
  }
  step.drop()
  return `Collected: ${describe(total)}.`
}
