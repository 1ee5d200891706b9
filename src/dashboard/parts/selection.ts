/** Ids of what is selected. */
export type Selected = ReadonlySet<string>

export interface Selection {
  keys: Selected
  onChange(keys: Selected): void
}

export function toggled(keys: Selected, id: string): Selected {
  const next = new Set(keys)
  if (!next.delete(id)) next.add(id)
  return next
}

/** With everything between two places, as by a click or an arrow with Shift. */
export function extended(keys: Selected, ids: readonly string[], from: number, to: number): Selected {
  return new Set([...keys, ...ids.slice(Math.min(from, to), Math.max(from, to) + 1)])
}
