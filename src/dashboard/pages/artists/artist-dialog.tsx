import { type FormEvent, type SyntheticEvent, useId, useRef, useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../api/graphql.ts'
import { refusalOf } from '../../api/refusal.ts'
import { Button } from '../../parts/button.tsx'

const upsertArtist = graphql(`
  mutation UpsertArtist($name: String!, $aliases: [String!]) {
    upsertArtist(input: { name: $name, aliases: $aliases }) {
      __typename
      ... on Artist { id slug name aliases }
      ... on Error { message }
    }
  }
`)

interface Props {
  /** on the button that opens it */
  action: string
  title: string
  /** whose aliases are changed; left out for another artist */
  artist?: { name: string; aliases: readonly string[] }
  onSaved: (slug: string) => void
}

/** A button that opens a form for the name of an artist and its other spellings. */
export function ArtistDialog({ action, title, artist, onSaved }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const form = useRef<HTMLFormElement>(null)
  const [{ fetching }, save] = useMutation(upsertArtist)
  const [problem, setProblem] = useState<string | null>(null)
  const id = useId()

  function open(): void {
    form.current?.reset()
    setProblem(null)
    dialog.current?.showModal()
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (fetching) return
    const values = new FormData(event.currentTarget)
    const aliases = linesOf(values.get('aliases'))
    // an artist who is known already keeps the aliases that are not told here
    const wanted = artist || aliases.length > 0 ? aliases : null
    const said = await save({ name: artist?.name ?? String(values.get('name')), aliases: wanted })
    const saved = said.data?.upsertArtist
    if (saved?.__typename !== 'Artist') return setProblem(refusalOf(said, saved))
    dialog.current?.close()
    onSaved(saved.slug)
  }

  function keepWhileSending(event: SyntheticEvent): void {
    if (fetching) event.preventDefault()
  }

  return (
    <>
      <Button {...(!artist && { kind: 'primary' })} onClick={open}>
        {action}
      </Button>
      <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`} onCancel={keepWhileSending}>
        <h2 id={`${id}-title`}>{title}</h2>
        <form ref={form} className="artist-form" onSubmit={submit}>
          {!artist && (
            <label>
              Name
              <input className="field" name="name" required maxLength={200} autoComplete="off" />
            </label>
          )}
          <label>
            Aliases, one a line
            <textarea
              className="field"
              name="aliases"
              rows={4}
              defaultValue={artist?.aliases.join('\n')}
              aria-describedby={`${id}-hint`}
            />
          </label>
          <small id={`${id}-hint`}>Other spellings: the search finds the artist by them.</small>
          {problem && <p role="alert">{problem}</p>}
          <div className="dialog-actions">
            <Button kind="plain" disabled={fetching} onClick={() => dialog.current?.close()}>
              Cancel
            </Button>
            <button type="submit" className="button" data-kind="primary" disabled={fetching} aria-busy={fetching}>
              Save
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}

const linesOf = (text: FormDataEntryValue | null) =>
  String(text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
