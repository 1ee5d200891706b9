import type { RoundResult } from './round.ts'

/** The rounds of one point, added up. */
export interface PointTotals {
  rounds: number
  crashes: number
  accepted: number
  lost: number
  violations: number
}

export function addRound(totals: PointTotals | undefined, result: RoundResult): PointTotals {
  return {
    rounds: (totals?.rounds ?? 0) + 1,
    crashes: (totals?.crashes ?? 0) + result.crashed.length,
    accepted: (totals?.accepted ?? 0) + result.accepted,
    lost: (totals?.lost ?? 0) + result.lost,
    violations: (totals?.violations ?? 0) + result.violations.length,
  }
}

const columns = ['rounds', 'crashes', 'accepted', 'lost', 'violations'] as const

/** A table with a line for each point and one for all. */
export function renderSummary(totals: ReadonlyMap<string, PointTotals>): string {
  const sum = (column: (typeof columns)[number]) => [...totals.values()].reduce((all, each) => all + each[column], 0)
  const rows = [
    ['point', ...columns],
    ...[...totals].map(([point, each]) => [point, ...columns.map((column) => String(each[column]))]),
    ['all', ...columns.map((column) => String(sum(column)))],
  ]
  return rows
    .map(([first = '', ...others]) => first.padEnd(15) + others.map((text) => text.padStart(11)).join(''))
    .join('\n')
}
