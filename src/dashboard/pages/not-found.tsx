import { Link } from 'wouter'
import { PageHeader } from '../parts/page-header.tsx'

interface Props {
  /** what there is none of: image, run */
  thing?: string
}

export function NotFoundPage({ thing }: Props) {
  return (
    <>
      <PageHeader title="Not found" tabTitle="404 Not found" />
      <div className="state">
        <p className="state-title">{thing ? `There is no such ${thing}.` : 'There is no page at this address.'}</p>
        <p>
          <Link href="/">Go to the overview</Link>
        </p>
      </div>
    </>
  )
}
