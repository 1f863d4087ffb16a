import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapFailure } from './failure.mjs'

/**
 * Fails early where the workspace cannot be written: everything that follows installs and builds into it.
 *
 * @param {string} root
 */
export function requireWritable(root) {
  for (const folder of [root, join(root, 'node_modules')]) {
    if (!existsSync(folder)) continue
    try {
      accessSync(folder, constants.W_OK)
    } catch {
      throw new BootstrapFailure(
        `Cannot install here: no permission to write ${folder}; make it writable for this user, or use a copy in another folder.`,
      )
    }
  }
}
