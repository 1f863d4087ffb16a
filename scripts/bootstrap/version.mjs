/**
 * Whether `version` is `oldest` or newer, both as `1.2.3` (a leading `v`, missing parts and what follows a `-` do not count).
 *
 * @param {string} version
 * @param {string} oldest
 */
export function isAtLeast(version, oldest) {
  const have = parts(version)
  const want = parts(oldest)
  for (const [index, wanted] of want.entries()) {
    const had = have[index] ?? 0
    if (had !== wanted) return had > wanted
  }
  return true
}

/** @param {string} version */
function parts(version) {
  const [core = ''] = version.replace(/^v/, '').split('-')
  return core.split('.').map(Number)
}
