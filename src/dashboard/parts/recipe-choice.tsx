import { useQuery } from 'urql'
import { graphql } from '../api/graphql.ts'
import { type Selected, toggled } from './selection.ts'

const recipesQuery = graphql(`query RecipeChoice { recipes { name description } }`)

interface Props {
  chosen: Selected
  onChange: (chosen: Selected) => void
}

/** Which recipes; none of them means those that each image already has. */
export function RecipeChoice({ chosen, onChange }: Props) {
  const [{ data }] = useQuery({ query: recipesQuery, variables: {} })
  return (
    <fieldset className="recipe-choice">
      <legend>Recipes</legend>
      {data?.recipes.map(({ name, description }) => (
        <label key={name}>
          <input type="checkbox" checked={chosen.has(name)} onChange={() => onChange(toggled(chosen, name))} />
          <span>
            {name} <small>{description}</small>
          </span>
        </label>
      ))}
      <small>{chosen.size === 0 ? 'None chosen: those that each image has already.' : ''}</small>
    </fieldset>
  )
}
