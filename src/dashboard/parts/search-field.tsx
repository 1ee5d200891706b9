import { useEffect, useEffectEvent, useState } from 'react'

interface Props {
  label: string
  value: string
  onSearch: (text: string) => void
}

/** How long after the last key it is searched, ms. */
const pauseMs = 250

export function SearchField({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value)
  // Back and links change it from outside
  const [known, setKnown] = useState(value)
  if (value !== known) {
    setKnown(value)
    setText(value)
  }
  const search = useEffectEvent(() => {
    if (text !== value) onSearch(text)
  })
  useEffect(() => {
    const timer = setTimeout(search, text ? pauseMs : 0)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <input
      className="field"
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}
