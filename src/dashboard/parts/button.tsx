import { Button as AriaButton, type ButtonProps } from 'react-aria-components'

interface Props extends Omit<ButtonProps, 'className' | 'style'> {
  /** `danger`: what cannot be undone; `plain`: beside others that matter more */
  kind?: 'primary' | 'danger' | 'plain'
}

export function Button({ kind, ...props }: Props) {
  return <AriaButton {...props} className="button" data-kind={kind} />
}
