import type { CredentialKey, VaultStore } from '@holdfast/vault-core'
import { type BrokenStores, withCredentials } from './broken-store.js'

/** Keys taken for others. */
export const brokenKeys: BrokenStores = {
  'keys are folded to lower case': {
    breakIt: (sound) => foldingKeys(sound, (part) => part.toLowerCase()),
    caughtBy: /compared exactly: case/,
  },
  'trailing spaces of keys are dropped': {
    breakIt: (sound) => foldingKeys(sound, (part) => part.trimEnd() || part),
    caughtBy: /compared exactly: a trailing space/,
  },
  'keys are normalised': {
    breakIt: (sound) => foldingKeys(sound, (part) => (part.isWellFormed() ? part.normalize('NFC') : part)),
    caughtBy: /compared exactly: Unicode form/,
  },
  'tenants share what they have': { breakIt: (sound) => foldingTenants(sound), caughtBy: /see nothing of each other’s credentials/ },
}

function foldingKeys(sound: VaultStore, fold: (part: string) => string): VaultStore {
  const key = <T extends Pick<CredentialKey, 'userId'>>(given: T): T => ({ ...given, userId: fold(given.userId) })
  const { credentials } = sound
  return withCredentials(sound, {
    get: (given) => credentials.get(key(given)),
    insert: (given, also) => credentials.insert(key(given), also),
    list: (query) => credentials.list(query.userId === undefined ? query : { ...query, userId: fold(query.userId) }),
  })
}

function foldingTenants(sound: VaultStore): VaultStore {
  const { credentials } = sound
  const fold = <T extends { readonly tenant: string }>(given: T): T => ({ ...given, tenant: given.tenant.replace(/-other$/, '') })
  return withCredentials(sound, { get: (key) => credentials.get(fold(key)), list: (query) => credentials.list(fold(query)) })
}
