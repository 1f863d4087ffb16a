import { type ChildProcess, spawn } from 'node:child_process'

/** A small shell beside this process that clears up when told to, or when this process is gone. */
export interface Guard {
  /** The process groups that must not outlive this process. */
  watch(groups: readonly number[]): void
  /** Kills what is still watched, deletes the folder, and resolves when both are done. */
  end(): Promise<void>
}

/**
 * Guards a folder. Its pipe to us closes however we end, even by SIGKILL, where no handler of our own could run. It is in a process group
 * of its own, so that Ctrl-C does not take it along.
 */
export function guardFolder(folder: string): Guard {
  const shell = spawn('/bin/sh', ['-c', script, 'sh', folder], { cwd: '/', stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = endOf(shell)
  // A guard that somebody killed is no reason to fail.
  shell.stdin.on('error', () => {})
  shell.unref()
  return {
    watch: (groups) => shell.stdin.write(`${groups.join(' ')}\n`),
    end() {
      shell.ref()
      shell.stdin.end()
      return ended
    },
  }
}

/** Resolves when a child has ended, or could not be started. */
export function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

// The last line that came says what to kill. A dying server may still write a file while its folder is deleted, hence the second try.
const script = `
while read -r line; do groups=$line; done
for group in $groups; do kill -9 "-$group"; done
for try in 1 2 3 4 5; do rm -rf "$1" && break; sleep 1; done
`
