import { useState } from 'react'
import type { CombinedError } from 'urql'
import { useLocation } from 'wouter'
import { useAnnouncement } from '../live/announce.ts'
import { isOver } from '../live/live-run.ts'
import { useRunEvents } from '../live/run-events.ts'
import { useRun } from '../live/runs.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { formatWord } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { runName, shownStatus } from '../parts/run-name.ts'
import { StatusBadge } from '../parts/status-badge.tsx'
import { tellProgress } from '../parts/tell-progress.ts'
import { useFilters } from '../parts/use-filters.ts'
import type { PageProps } from '../routes.ts'
import { NotFoundPage } from './not-found.tsx'
import { EventFeed } from './run/event-feed.tsx'
import { FailureGroups } from './run/failure-groups.tsx'
import { beginWork, feedLength, followWork, isReplaying } from './run/follow-work.ts'
import { InWork } from './run/in-work.tsx'
import { RunActions } from './run/run-actions.tsx'
import { RunCounts } from './run/run-counts.tsx'
import { RunFacts } from './run/run-facts.tsx'
import { RunProgress } from './run/run-progress.tsx'
import { type Run, runQuery } from './run/run-query.ts'
import { TaskDialog } from './run/task-dialog.tsx'
import { TaskList } from './run/task-list.tsx'

export function RunPage({ params: { id = '' } }: PageProps) {
  const answer = useLiveQuery({ query: runQuery, variables: { id }, on: ['runs'] })
  if (answer.error && isNoId(answer.error)) return <NotFoundPage thing="run" />
  return (
    <Answered answer={answer} label="Run" lines={12}>
      {({ run }) => (run ? <Shown read={run} /> : <NotFoundPage thing="run" />)}
    </Answered>
  )
}

/** The address has something else where an id should be. */
const isNoId = ({ graphQLErrors }: CombinedError) =>
  graphQLErrors.some(({ extensions }) => extensions.code === 'INVALID_INPUT')

function Shown({ read }: { read: Run }) {
  const run = useRun(read)
  const [isCancelAsked, askCancel] = useState(false)
  const status = isCancelAsked && !isOver(run) ? 'CANCELLING' : shownStatus(run)
  const [begun] = useState(() => ({ work: beginWork(read), afterSeq: Math.max(0, read.eventSeq - feedLength) }))
  const { state: work, error } = useRunEvents({ id: run.id, afterSeq: begun.afterSeq }, followWork, begun.work)
  const filters = useFilters(['status', 'code', 'search', 'task'])
  const [path] = useLocation()
  const hrefOfTask = (taskId: string) => `${path}${filters.hrefWith('task', taskId)}`
  useAnnouncement(isOver(run) ? `${formatWord(run.status)}. ${tellProgress([run])}` : tellProgress([run]))
  return (
    <>
      <PageHeader title={runName(run)} tabTitle={`${formatWord(status)} · ${runName(run)}`}>
        <StatusBadge status={status} />
        <RunActions run={run} onCancelling={askCancel} />
      </PageHeader>
      <RunProgress run={run} read={read} />
      <RunCounts
        run={read}
        status={filters.values.status}
        hrefOf={(each) => `${path}${each ? `?status=${each}` : ''}`}
      />
      <div className="run-columns">
        <div className="run-now">
          {!isOver(run) && <InWork run={run} items={work.items} hrefOf={hrefOfTask} />}
          <FailureGroups failures={read.failures} hrefOf={(code) => `${path}?status=FAILED&code=${code}`} />
        </div>
        <div className="run-side">
          <RunFacts run={read} />
          <EventFeed events={work.feed} isReplaying={error === null && isReplaying(work)} error={error} />
        </div>
        <TaskList run={read} filters={filters} heard={work.tasks} hrefOf={hrefOfTask} />
      </div>
      {filters.values.task && <TaskDialog id={filters.values.task} onClose={() => filters.replace('task', '')} />}
    </>
  )
}
