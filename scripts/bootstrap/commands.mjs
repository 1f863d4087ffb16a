import { BootstrapFailure } from './failure.mjs'

/**
 * A root script as programs with their arguments. Only plain words joined by `&&` are read, and no shell stands between us and the
 * program: a shell would keep a signal to itself.
 *
 * @param {string} text
 * @returns {string[][]}
 */
export function parseCommands(text) {
  const commands = text.split('&&').map((command) => command.trim().split(/\s+/))
  const isPlain = commands.flat().every((word) => /^[\w@%+=:,./#^-]+$/.test(word))
  if (isPlain) return commands
  throw new BootstrapFailure(`The script "${text}" needs a shell; write it as plain words joined by "&&", or as a program of its own.`)
}
