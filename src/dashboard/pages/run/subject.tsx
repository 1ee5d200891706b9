/** What a task is about, for a list: of an address the end, which tells it from the others, and where it is. */
export function Subject({ of: subject }: { of: string }) {
  const { name, host } = partsOf(subject)
  return (
    <>
      {name}
      {host && <small> {host}</small>}
    </>
  )
}

function partsOf(subject: string): { name: string; host: string | null } {
  if (!/^https?:/.test(subject) || !URL.canParse(subject)) return { name: subject, host: null }
  const url = new URL(subject)
  const end = url.pathname.split('/').filter(Boolean).at(-1)
  return end ? { name: end, host: url.host } : { name: url.host, host: null }
}
