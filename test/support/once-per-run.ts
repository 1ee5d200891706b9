/** Does what several projects of a run need: each of them calls its setup anew, in a module of its own. */
export function oncePerRun(what: string, make: () => void): void {
  const marker = `${what}_MADE_BY`
  if (process.env[marker] === String(process.pid)) return
  make()
  process.env[marker] = String(process.pid)
}
