import { useSearchParams } from 'wouter'

export interface Filters<Name extends string> {
  /** what the address says, or empty */
  values: Record<Name, string>
  /** the address with one of them changed; empty takes it out */
  hrefWith(name: Name, value: string): string
  /** as typed: takes the place of the address, so that Back leads to the page before */
  replace(name: Name, value: string): void
}

/** Filters that are kept in the address, so that a link, a reload and Back show the same. */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const [params, setParams] = useSearchParams()
  const changed = (name: Name, value: string) => {
    const next = new URLSearchParams(params)
    if (value) next.set(name, value)
    else next.delete(name)
    return next
  }
  return {
    values: Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>,
    hrefWith: (name, value) => `?${changed(name, value)}`,
    replace: (name, value) => setParams(changed(name, value), { replace: true }),
  }
}
