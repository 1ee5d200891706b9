import type { ComponentProps } from 'react'

interface Props extends Omit<ComponentProps<'button'>, 'className' | 'style' | 'type'> {
  /** `danger`: what cannot be undone; `plain`: beside others that matter more */
  kind?: 'primary' | 'danger' | 'plain'
}

export function Button({ kind, ...props }: Props) {
  return <button {...props} type="button" className="button" data-kind={kind} />
}
