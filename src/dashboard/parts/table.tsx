import type { ReactNode } from 'react'

interface Column {
  name: string
  /** `number`: to the right; `wide`: left out where there is little room */
  is?: 'number' | 'wide'
}

interface Props {
  label: string
  columns: readonly Column[]
  rows: readonly { key: string; cells: readonly ReactNode[] }[]
}

/** A short table; for long lists there is PagedList. */
export function Table({ label, columns, rows }: Props) {
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ name, is }) => (
            <th key={name} scope="col" data-is={is}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }) => (
          <tr key={key}>
            {columns.map(({ name, is }, index) => (
              <td key={name} data-is={is}>
                {cells[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
