// The versions that the workspace runs on. pnpm and the oldest Node stand in package.json; the Node that is fetched stands here.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const workspaceRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The Node that is fetched where the machine's is too old. */
export const pinnedNode = '24.21.0'

/**
 * @param {{ engines?: { node?: string }, packageManager?: string }} [manifest] - The root package.json.
 * @returns {{ node: string, oldestNode: string, pnpm: string }}
 */
export function readPins(manifest = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8'))) {
  const oldestNode = /^>=(\d+\.\d+(?:\.\d+)?)$/.exec(manifest.engines?.node ?? '')?.[1]
  const pnpm = /^pnpm@(\d+\.\d+\.\d+)/.exec(manifest.packageManager ?? '')?.[1]
  if (!oldestNode) throw new Error('package.json needs engines.node in the form ">=22.18".')
  if (!pnpm) throw new Error('package.json needs packageManager in the form "pnpm@1.2.3".')
  return { node: pinnedNode, oldestNode, pnpm }
}
