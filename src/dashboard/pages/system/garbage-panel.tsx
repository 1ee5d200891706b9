import { useMutation } from 'urql'
import { noAnswer, sentenceOf } from '../../api/client.ts'
import { graphql, type ResultOf } from '../../api/graphql.ts'
import { useMay } from '../../api/viewer.ts'
import { useLiveQuery } from '../../live/use-live-query.ts'
import { Answered } from '../../parts/answered.tsx'
import { Bytes } from '../../parts/bytes.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Facts } from '../../parts/facts.tsx'
import { formatBytes, formatCount, formatThings } from '../../parts/format.ts'

const garbageQuery = graphql(`query Garbage { garbage { sets variants images events bytes } }`)

const collectGarbage = graphql(`mutation CollectGarbage { collectGarbage { sets images events } }`)

type Garbage = ResultOf<typeof garbageQuery>['garbage']

/** It is counted over all images, so seldom, ms. */
const lookEveryMs = 30_000
/** Batches that are asked for one after the other; the service collects what is left by itself. */
const maxBatches = 20

/** What was replaced or deleted long enough ago to be taken out of the storage. */
export function GarbagePanel() {
  const answer = useLiveQuery({ query: garbageQuery, variables: {}, on: [], everyMs: lookEveryMs })
  const mayCollect = useMay('admin')
  return (
    <section className="panel" aria-labelledby="garbage">
      <Answered answer={answer} label="Garbage" lines={5}>
        {({ garbage }) => (
          <>
            <div className="panel-head">
              <h2 id="garbage">Garbage</h2>
              {mayCollect && <Collect garbage={garbage} onCollected={answer.ask} />}
            </div>
            <Facts
              facts={[
                { name: 'Variants', value: `${formatCount(garbage.variants)} in ${formatThings(garbage.sets, 'set')}` },
                { name: 'Deleted images', value: formatCount(garbage.images) },
                { name: 'Old events', value: formatCount(garbage.events) },
                { name: 'Would free', value: <Bytes count={garbage.bytes} /> },
              ]}
            />
          </>
        )}
      </Answered>
    </section>
  )
}

function Collect({ garbage, onCollected }: { garbage: Garbage; onCollected: () => void }) {
  const [, collect] = useMutation(collectGarbage)
  const { sets, variants, images, events, bytes } = garbage

  /** Answers with a sentence when it did not work, with `more` when there may be more. */
  async function collectBatch(): Promise<{ problem: string | null; more: boolean }> {
    const { data, error } = await collect({})
    if (error || !data) return { problem: error ? sentenceOf(error) : noAnswer, more: false }
    const collected = data.collectGarbage
    return { problem: null, more: collected.sets + collected.images + collected.events > 0 }
  }

  async function confirm(): Promise<string | null> {
    let last = await collectBatch()
    for (let batch = 1; batch < maxBatches && last.more; batch += 1) last = await collectBatch()
    onCollected()
    return last.problem
  }

  return (
    <ConfirmDialog
      action="Collect"
      kind="danger"
      disabled={sets + images + events === 0}
      question={`Collect ${formatThings(images, 'deleted image')} and ${formatThings(variants, 'variant')}?`}
      onConfirm={confirm}
    >
      <p>
        This frees {formatBytes(bytes)}. They cannot be restored afterwards; the originals of deleted images go too.
        {events > 0 && ` ${formatThings(events, 'event')} of old runs go with them.`}
      </p>
    </ConfirmDialog>
  )
}
