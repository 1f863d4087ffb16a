import { execFileSync } from 'node:child_process'

/**
 * Kills a process and its children at once, as a power cut would. A PostgreSQL whose first process alone is killed may still finish, and
 * commit, what its other processes have begun.
 */
export function killFamily(pid: number): void {
  // Stopped, it cannot have another child between the look and the kill.
  signal(pid, 'SIGSTOP')
  for (const each of [pid, ...childrenOf(pid)]) signal(each, 'SIGKILL')
}

/** None where there is no `ps`: then the children see for themselves that their parent is gone. */
function childrenOf(parent: number): number[] {
  try {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const rows = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
    return rows.flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []))
  } catch {
    return []
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}
