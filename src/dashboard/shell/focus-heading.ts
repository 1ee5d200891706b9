let isFirst = true

/** After going to another page, reading goes on at its heading; where one came in, it begins at the top. */
export function focusHeading(heading: HTMLElement | null): void {
  if (!isFirst) heading?.focus({ preventScroll: true })
  isFirst = false
}
