import { readdirSync, readFileSync } from 'node:fs'

/** Of Linux on every platform that Node runs on (USER_HZ). */
const ticksPerSecond = 100

/** What a process that ended meanwhile has to say: nothing. */
function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** A process and all that it started, itself first. */
export function processTree(pid: number): number[] {
  const threads = readProc(`${pid}/stat`) ? readdirSync(`/proc/${pid}/task`) : []
  const children = threads.flatMap((thread) => readProc(`${pid}/task/${thread}/children`).trim().split(' '))
  return [pid, ...children.filter(Boolean).flatMap((child) => processTree(Number(child)))]
}

/** CPU time of one process so far, or of its children that have ended; seconds, user and system (proc_pid_stat(5)). */
export function cpuSeconds(pid: number, whose: 'own' | 'ended children' = 'own'): number {
  const stat = readProc(`${pid}/stat`)
  // after the name, which may hold blanks and brackets
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const first = whose === 'own' ? 11 : 13
  return (Number(fields[first]) + Number(fields[first + 1])) / ticksPerSecond || 0
}

/** CPU seconds of a process and all that it started, those that have ended too. */
export function treeCpuSeconds(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + cpuSeconds(each) + cpuSeconds(each, 'ended children'), 0)
}

/** What of a process lies in memory, MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const [, kibibytes = 0] = /VmRSS:\s+(\d+)/.exec(readProc(`${pid}/status`)) ?? []
  return (Number(kibibytes) * 1024) / 1e6
}

/** Watches the memory of these processes together until it is stopped; the most there was, MB. */
export function watchMemory(pids: () => readonly number[]): { stop(): number } {
  let peak = 0
  const look = () => {
    peak = Math.max(
      peak,
      pids().reduce((sum, pid) => sum + residentMb(pid), 0),
    )
  }
  const timer = setInterval(look, 50)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak
    },
  }
}
