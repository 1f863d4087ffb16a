import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const onWindows = process.platform === 'win32'

/**
 * Runs a command with this process's terminal, passes signals on, and resolves with its exit code (128 + n after signal n).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function spawnForeground(command, args, options) {
  const child = spawn(command, [...args], { ...options, stdio: 'inherit', shell: onWindows })
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      stopForwarding()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      stopForwarding()
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1))
    })
  })
}

/**
 * Runs a command quietly and resolves with its exit code and all that it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, timeout?: number }} options
 * @returns {Promise<{ code: number, stdout: string, output: string, notFound: boolean }>}
 */
export function spawnQuietly(command, args, options) {
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'], shell: onWindows })
  const stopForwarding = forwardSignals(child)
  let stdout = ''
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stopForwarding()
      resolve({ code: 127, stdout, output: error.message, notFound: 'code' in error && error.code === 'ENOENT' })
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve({ code: signal ? 128 + constants.signals[signal] : (code ?? 1), stdout, output, notFound: false })
    })
  })
}

/**
 * A terminal sends Ctrl-C to the whole process group, so the child has it already; anything else is for us to pass on.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  /** @type {Array<[NodeJS.Signals, () => void]>} */
  const handlers = [
    ['SIGINT', () => process.stdin.isTTY || child.kill('SIGINT')],
    ['SIGTERM', () => child.kill('SIGTERM')],
    ['SIGHUP', () => child.kill('SIGHUP')],
  ]
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}
