import { formatWord } from '../../parts/format.ts'
import type { WorkItem } from './follow-work.ts'

/** What an image goes through, as far as one can look on. */
const steps = ['FETCH', 'DECODE', 'ENCODE', 'STORE', 'PERSIST'] as const

type Step = (typeof steps)[number]
type Is = 'done' | 'now' | 'failed' | 'next'

const told: Record<Is, string> = { done: 'done', now: 'in work', failed: 'failed', next: 'to come' }

function stateOf(step: Step, { stage, end }: WorkItem): Is {
  if (end === 'SUCCEEDED' || end === 'SKIPPED') return 'done'
  const [place, reached] = [steps.indexOf(step), steps.indexOf(stage as Step)]
  if (place === reached) return end === 'FAILED' || end === 'RETRYING' ? 'failed' : 'now'
  // one variant is stored while the next is encoded
  if (step === 'ENCODE' && stage === 'STORE' && end === null) return 'now'
  return place < reached ? 'done' : 'next'
}

/** The stages of an image: those behind it, the one it is in, and those to come. */
export function StageSteps({ item }: { item: WorkItem }) {
  return (
    <ol className="stage-steps" aria-label={`Stages of ${item.subject}`}>
      {steps.map((step) => {
        const is = stateOf(step, item)
        return (
          <li key={step} data-is={is} aria-current={is === 'now' ? 'step' : undefined}>
            {formatWord(step)}
            {step === 'STORE' && item.stored > 0 && <span className="number"> {item.stored}</span>}
            <span className="only-heard"> {told[is]}</span>
          </li>
        )
      })}
    </ol>
  )
}
