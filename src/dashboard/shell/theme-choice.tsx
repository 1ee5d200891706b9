import { useState } from 'react'

const themes = { system: 'As the system', light: 'Light', dark: 'Dark' } as const

/** Read by the script in index.html before the first paint. */
const storageKey = 'greenroom-theme'

/** Light or dark; kept in this browser. */
export function ThemeChoice() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? 'system')

  function choose(chosen: string): void {
    setTheme(chosen)
    document.documentElement.dataset.theme = chosen
    localStorage.setItem(storageKey, chosen)
  }

  return (
    <select className="field" aria-label="Theme" value={theme} onChange={(event) => choose(event.target.value)}>
      {Object.entries(themes).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}
