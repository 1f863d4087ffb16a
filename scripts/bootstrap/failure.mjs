import { stripVTControlCharacters } from 'node:util'

/** A failure that is told to the user as one sentence, without a stack. */
export class BootstrapFailure extends Error {}

/**
 * Turns what a failed command printed into one sentence: what happened, to what, what to do.
 *
 * @param {{ action: string, output: string }} failed - `action` completes "Cannot …".
 * @returns {string}
 */
export function explainFailure({ action, output }) {
  for (const [pattern, sentence] of sentences) {
    const match = pattern.exec(output)
    if (match) return `Cannot ${action}: ${sentence(match)}`
  }
  const line = firstTellingLine(output)
  return line ? `Cannot ${action}: ${line}` : `Cannot ${action}, and the command that failed said nothing.`
}

/** @type {ReadonlyArray<readonly [RegExp, (match: RegExpExecArray) => string]>} */
const sentences = [
  [
    /OUTDATED_LOCKFILE|FROZEN_LOCKFILE|lockfile is not up to date/i,
    () => 'pnpm-lock.yaml does not match the package.json files; run "pnpm install" and commit the lockfile.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF|DEPTH_ZERO_SELF_SIGNED|CERT_UNTRUSTED|UnknownIssuer|invalid peer certificate|certificate verify failed/i,
    () => "the npm registry's certificate is not trusted here; set NODE_EXTRA_CA_CERTS to the file with your network's root certificate.",
  ],
  [/ENOSPC|no space left|os error 28\b/i, () => 'the disk is full; free some space and run the command again.'],
  [
    /(?:EACCES|EROFS|EPERM)[^\n]*?'([^'\n]+)'/,
    (match) => `no permission to write ${match[1]}; make it writable for this user, or run in a folder that is.`,
  ],
  [
    /EACCES|EROFS|EPERM|permission denied|read-only file system|os error (?:13|30)\b/i,
    () => 'no permission to write there; make this folder and the npm cache writable for this user.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|SOCKET_TIMEOUT|dns error|error sending request|connection refused|network is unreachable|failed to lookup|META_FETCH_FAIL/i,
    () => 'the npm registry cannot be reached; check the network (or the proxy settings) and run the command again.',
  ],
  [
    /E404|ETARGET|No matching version|404 Not Found/i,
    () => 'the npm registry in use does not have it; check which registry npm is set to.',
  ],
]

/** @param {string} output */
function firstTellingLine(output) {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const telling = lines.find((line) => /error|ERR_/i.test(line) && !/complete log of this run|debug-0\.log/i.test(line))
  return telling ?? lines.at(-1)
}
