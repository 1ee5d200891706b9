import { Table } from '../../parts/table.tsx'

interface Recipe {
  name: string
  description: string
  hash: string
  formats: readonly string[]
  variants: readonly { name: string; width: number; height: number | null }[]
}

const columns = [
  { name: 'Recipe' },
  { name: 'For', is: 'wide' },
  { name: 'Sizes' },
  { name: 'Formats' },
  { name: 'Fingerprint', is: 'wide' },
] as const

/** What is made of an image. */
export function RecipesPanel({ recipes }: { recipes: readonly Recipe[] }) {
  return (
    <section className="panel recipes" aria-labelledby="recipes">
      <h2 id="recipes">Recipes</h2>
      <Table
        label="Recipes"
        columns={columns}
        rows={recipes.map(({ name, description, variants, formats, hash }) => ({
          key: name,
          cells: [
            name,
            description,
            variants.map(tellSize).join(', '),
            formats.join(', '),
            <code key="hash" title={hash}>
              {hash.slice(0, 8)}
            </code>,
          ],
        }))}
      />
    </section>
  )
}

/** `640` is told by its name alone, `thumbnail` with its size. */
function tellSize({ name, width, height }: Recipe['variants'][number]): string {
  const size = height === null ? String(width) : `${width}\u00a0×\u00a0${height}`
  return name === size ? name : `${name}\u00a0${size}`
}
