import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** One row of the process table. */
type Row = { pid: number; parent: number; zombie: boolean; startedAt: string }

// Slim images have no `ps`, macOS has no /proc.
const hasProc = existsSync('/proc/self/stat')

/** Every child, grandchild and so on of a process, children before grandchildren. */
export function descendants(pid: number): number[] {
  const all = hasProc ? allFromProc() : fromPs(['-A'])
  const found: number[] = []
  for (let parents = [pid]; parents.length > 0; ) {
    parents = all.filter((row) => parents.includes(row.parent)).map((row) => row.pid)
    found.push(...parents)
  }
  return found
}

/** When a process started; undefined when there is none. A pid alone is used again by later processes; together with the
 * start time it never is, not even after a reboot. */
export const startTimeOf = (pid: number): string | undefined => rowOf(pid)?.startedAt

/** Whether the process still runs. One that has ended and is not yet reaped by its parent does not. */
export const isAlive = (pid: number): boolean => rowOf(pid)?.zombie === false

/** Does nothing if the process has ended in between. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {}
}

const rowOf = (pid: number) => (hasProc ? fromProc(pid) : fromPs(['-p', String(pid)])[0])

function allFromProc(): Row[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (fromProc(Number(name)) ?? []) : []))
}

function fromProc(pid: number): Row | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may contain spaces and brackets; what follows the last one does not (proc_pid_stat(5)).
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { pid, parent: Number(parent), zombie: state === 'Z', startedAt: `${boot} ${rest[17]}` }
  } catch {
    return undefined
  }
}

function fromPs(selection: string[]): Row[] {
  const { stdout } = spawnSync('ps', [...selection, '-o', 'pid=,ppid=,stat=,lstart='], {
    encoding: 'utf8',
    timeout: 5_000,
    env: { ...process.env, LC_ALL: 'C' },
  })
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, stat, ...started] = line.trim().split(/\s+/)
    if (pid === undefined || stat === undefined) return []
    return [{ pid: Number(pid), parent: Number(parent), zombie: stat.startsWith('Z'), startedAt: started.join(' ') }]
  })
}
