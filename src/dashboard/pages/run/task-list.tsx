import { graphql, type ResultOf } from '../../api/graphql.ts'
import { formatThings } from '../../parts/format.ts'
import { PagedList } from '../../parts/paged-list.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { usePages } from '../../parts/use-pages.ts'
import type { Work } from './follow-work.ts'
import type { Run } from './run-query.ts'
import { TaskFilter, type TaskFilters } from './task-filter.tsx'
import { type ListedTask, TaskRow } from './task-row.tsx'

const tasksQuery = graphql(`
  query RunTasks(
    $id: ID!
    $first: Int!
    $after: String
    $status: [TaskStatus!]
    $errorCode: [ErrorCode!]
    $search: String
  ) {
    run(id: $id) {
      tasks(first: $first, after: $after, status: $status, errorCode: $errorCode, search: $search) {
        totalCount
        nodes {
          id
          subject
          status
          stage
          attempt
          nextAttemptAt
          errorCode
          errorMessage
          errorStage
          startedAt
          finishedAt
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`)

const noTasks = { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }

const pageOf = (answer: ResultOf<typeof tasksQuery>) => answer.run?.tasks ?? noTasks

const states = ['QUEUED', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED'] as const

const over: readonly string[] = ['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED']

/** px */
const rowHeight = 60

interface Props {
  run: Run
  filters: TaskFilters
  heard: Work['tasks']
  hrefOf: (taskId: string) => string
}

/** The tasks of a run, as many as there are. */
export function TaskList({ run, filters, heard, hrefOf }: Props) {
  const { status, code, search } = filters.values
  const variables = {
    id: run.id,
    status: states.filter((state) => state === status),
    errorCode: run.failures.map((failure) => failure.code).filter((each) => each === code),
    search: search || null,
  }
  const pages = usePages({ query: tasksQuery, variables, pageOf, on: ['runs'] })
  /** what is over stays as it is; of the others, the events tell first */
  const newest = (task: ListedTask): ListedTask =>
    over.includes(task.status) ? task : { ...task, ...heard.get(task.id) }
  const isFiltered = Boolean(status || code || search)
  return (
    <section className="panel run-tasks" aria-labelledby="tasks">
      <div className="section-head">
        <h2 id="tasks">Tasks</h2>
        {pages.totalCount !== null && (
          <span className="number quiet">
            {isFiltered
              ? `${formatThings(pages.totalCount, 'match', 'matches')}`
              : formatThings(pages.totalCount, 'task')}
          </span>
        )}
        <TaskFilter filters={filters} />
        <SearchField label="Search tasks" value={search} onSearch={(text) => filters.replace('search', text)} />
      </div>
      <PagedList
        label="Tasks"
        pages={pages}
        layout={{ height: rowHeight }}
        hrefOf={({ id }) => hrefOf(id)}
        nameOf={({ subject }) => subject}
        empty={<EmptyState title={isFiltered ? 'No task is like that' : 'No tasks yet'} />}
      >
        {(task) => <TaskRow task={newest(task)} />}
      </PagedList>
    </section>
  )
}
