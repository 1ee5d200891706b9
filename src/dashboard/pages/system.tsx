import { graphql } from '../api/graphql.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { PageHeader } from '../parts/page-header.tsx'
import { EdgesPanel } from './system/edges-panel.tsx'
import { GarbagePanel } from './system/garbage-panel.tsx'
import { ProcessesPanel } from './system/processes-panel.tsx'
import { RecipesPanel } from './system/recipes-panel.tsx'
import { systemQuery } from './system/system-query.ts'
import { Trends } from './system/trends.tsx'
import { Troubles, tellTroubles } from './system/troubles.tsx'
import { VersionsPanel } from './system/versions-panel.tsx'
import { WorkPanel } from './system/work-panel.tsx'

const recipesQuery = graphql(`
  query Recipes { recipes { name description hash formats variants { name width height } } }
`)

/** No ring tells of memory, nor of an edge that breaks, ms. */
const lookEveryMs = 2_000

export function SystemPage() {
  const answer = useLiveQuery({ query: systemQuery, variables: {}, on: ['runs'], everyMs: lookEveryMs })
  const recipes = useLiveQuery({ query: recipesQuery, variables: {}, on: [] })
  const troubles = answer.data ? tellTroubles(answer.data) : []
  return (
    <>
      <PageHeader title="System" tabTitle={troubles.length > 0 ? 'System: degraded' : 'System'}>
        <nav className="links-out" aria-label="What programs read">
          <a href="/metrics">Metrics</a>
          <a href="/ready">Readiness</a>
          <a href="/graphql">GraphiQL</a>
        </nav>
      </PageHeader>
      <Answered answer={answer} label="System" lines={8}>
        {(data) => (
          <>
            <Troubles troubles={troubles} />
            <Trends system={data.system} />
            <div className="system-panels">
              <WorkPanel data={data} onChange={answer.ask} />
              <EdgesPanel system={data.system} />
              <VersionsPanel system={data.system} />
              <GarbagePanel />
            </div>
            <ProcessesPanel processes={data.system.processes} />
            <Answered answer={recipes} label="Recipes" lines={4}>
              {({ recipes: all }) => <RecipesPanel recipes={all} />}
            </Answered>
          </>
        )}
      </Answered>
    </>
  )
}
