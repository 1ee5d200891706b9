import type { ReactNode } from 'react'

interface Props {
  /** null is left out */
  facts: readonly ({ name: string; value: ReactNode } | null)[]
}

/** Names and what they stand at, below each other. */
export function Facts({ facts }: Props) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd className="number">{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
