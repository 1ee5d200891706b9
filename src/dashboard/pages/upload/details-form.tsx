import { type FormEvent, useEffect, useId, useState } from 'react'
import { useQuery } from 'urql'
import { useStore } from '../../live/store.ts'
import { draft, write } from './draft.ts'
import { artistsQuery } from './upload-queries.ts'

interface Props {
  recipes: readonly { name: string; description: string }[]
  venues: readonly { tag: string; name: string }[]
  /** files that are chosen and not begun */
  count: number
  onSend: () => void
}

/** Who is in the photos, where, and what is to be made of them. */
export function DetailsForm({ recipes, venues, count, onSend }: Props) {
  const { artistName, venueTag, recipes: ticked } = useStore(draft)
  const id = useId()

  function send(event: FormEvent): void {
    event.preventDefault()
    onSend()
  }

  return (
    <form className="panel upload-details" aria-labelledby={`${id}-title`} onSubmit={send}>
      <h2 id={`${id}-title`}>What they are</h2>
      <label>
        Artist
        <input
          className="field"
          required
          autoComplete="off"
          maxLength={200}
          list={`${id}-artists`}
          value={artistName}
          onChange={(event) => write({ artistName: event.target.value })}
        />
      </label>
      <datalist id={`${id}-artists`}>
        {useArtistNames(artistName).map(({ slug, name }) => (
          <option key={slug} value={name} />
        ))}
      </datalist>
      <label>
        <span>
          Venue <small>optional: 2 to 10 lower-case letters</small>
        </span>
        <input
          className="field"
          autoComplete="off"
          pattern="[a-z]{2,10}"
          title="2 to 10 lower-case letters"
          list={`${id}-venues`}
          value={venueTag}
          onChange={(event) => write({ venueTag: event.target.value.trim() })}
        />
      </label>
      <datalist id={`${id}-venues`}>
        {venues.map(({ tag, name }) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </datalist>
      <fieldset>
        <legend>
          Recipes <small>none: the default ones</small>
        </legend>
        {recipes.map(({ name, description }) => (
          <label key={name} className="upload-recipe">
            <input
              type="checkbox"
              checked={ticked.includes(name)}
              onChange={({ target }) =>
                write({ recipes: target.checked ? [...ticked, name] : ticked.filter((each) => each !== name) })
              }
            />
            <span>
              {name} <small>{description}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" className="button" data-kind="primary" disabled={count === 0}>
        {count === 0 ? 'Upload' : `Upload ${count} ${count === 1 ? 'file' : 'files'}`}
      </button>
    </form>
  )
}

/** How long after the last key it is asked, ms. */
const pauseMs = 250

function useArtistNames(typed: string) {
  const [search, setSearch] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), pauseMs)
    return () => clearTimeout(timer)
  }, [typed])
  const [{ data }] = useQuery({ query: artistsQuery, variables: { search }, pause: search === '' })
  return search === '' ? [] : (data?.artists.nodes ?? [])
}
