import { bundle } from '../bundles/bundle.ts'
import { runtimeDependencies } from '../bundles/runtime-dependencies.ts'
import { judge, type Line, type Row } from '../row.ts'

const CORE = 'createVault and localKeyring'
const CIPHER = "export { xchacha20poly1305 } from '@noble/ciphers/chacha.js'"
const HASH = "export { sha256 } from '@noble/hashes/sha2.js'"
const READING = [
  "export { createGetCredentials } from './src/credentials/get-credentials.ts'",
  "export { createSealer } from './src/crypto/create-sealer.ts'",
  "export { localKeyring } from './src/crypto/local-keyring.ts'",
  "export { createConnectionRegistry } from './src/model/connection-registry.ts'",
  "export { parseVaultOptions } from './src/vault-options.ts'",
].join('\n')
const REFRESHING = [
  "export { createRefreshCoordinator } from './src/refresh/coordinator.ts'",
  "export { sendRefreshRequest } from './src/oauth/refresh-token.ts'",
  "export { createDiscovery } from './src/oauth/discovery.ts'",
].join('\n')
/** Each as if it stood in the package that imports such a thing. */
const texts: Readonly<Record<string, { readonly text: string; readonly within: string }>> = {
  [CORE]: { text: "export { createVault, localKeyring } from '@holdfast/vault-core'", within: 'vault-core' },
  'all of vault-core': { text: "export * from '@holdfast/vault-core'", within: 'vault-core' },
  'its parts that read a token that lives': { text: READING, within: 'vault-core' },
  'its parts that read and refresh': { text: `${READING}\n${REFRESHING}`, within: 'vault-core' },
  'oauth4webapi alone': { text: "export * from 'oauth4webapi'", within: 'vault-core' },
  'the cipher of @noble/ciphers alone': { text: CIPHER, within: 'vault-core' },
  'the cipher and the hash of @noble alone': { text: `${CIPHER}\n${HASH}`, within: 'vault-core' },
  'vault-client/browser': { text: "export * from '@holdfast/vault-client/browser'", within: 'vault-client' },
}

export const bundleSizeRow: Row = {
  name: 'bundle-size',
  title: 'What comes into a bundle',
  fairness:
    'By esbuild, minified, with all that is imported, gzipped at its usual level. The parts that read are options and connections and their checks, the keyring, the sealer and `getCredentials`; those that refresh are the coordinator, ' +
    'the request and discovery. The packages alone show what the vault’s own code cannot change.',
  async measure() {
    const lines: Line[] = []
    for (const [name, source] of Object.entries(texts)) {
      const { code, gzipped } = await bundle(source, 'browser')
      lines.push({ name, figures: { 'kB gzipped': gzipped / 1_000, 'kB minified': code.length / 1_000 }, ratios: {} })
    }
    return { lines, goals: judge([{ of: CORE, figure: 'kB gzipped', atMost: 25 }], lines) }
  },
}

export const runtimeDependenciesRow: Row = {
  name: 'runtime-dependencies',
  title: 'Packages of others that come along with each of ours',
  fairness:
    'As they are installed here, what they pull in included. Peers that an application brings, such as database drivers, are not counted.',
  measure: async () => ({
    lines: [...runtimeDependencies()].map(([name, { own, all }]) => ({ name, figures: { 'of its own': own, 'in all': all }, ratios: {} })),
    goals: [],
  }),
}
