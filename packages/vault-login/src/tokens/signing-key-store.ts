import { createDocumentCollection, isVaultError, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'
import type { SigningKeyTimes } from './signing-schedule.js'

/** A signing key with its secret half. Never leaves the files that sign. */
export interface SigningKey extends SigningKeyTimes {
  readonly privateJwk: PrivateJwk
}

export interface PrivateJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  /** The public half, base64url. */
  readonly x: string
  /** The secret half, base64url. */
  readonly d: string
}

/** The signing keys of all processes, as documents of the kind `signing-key`. */
export interface SigningKeyStore {
  /** Grows whenever a key is stored, changed or removed. */
  revision(): Promise<number>
  all(): Promise<readonly SigningKey[]>
  insert(key: SigningKey): Promise<void>
  /** This and `remove` are harmless when there is none. */
  change(kid: string, change: (key: SigningKey) => SigningKey): Promise<void>
  remove(kid: string): Promise<void>
}

const KIND = 'signing-key'

export function createSigningKeyStore({
  extension: { documents, tenant, runtime, log },
  sealed,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
}): SigningKeyStore {
  const collection = createDocumentCollection<StoredKey>({
    documents,
    tenant,
    runtime,
    kind: KIND,
    noun: 'signing key',
    // What it is called in the store, whatever the row says of itself: the seal is for that name.
    parse: ({ id, data }) => ({ ...(JSON.parse(data) as StoredKey), kid: id }),
  })
  // The public half and the times are sealed along: nobody who writes to the store makes the vault accept a key of his.
  const seal = async ({ kid, ...content }: SigningKey): Promise<StoredKey> => ({
    kid,
    v: 1,
    sealed: await sealed.seal('', fieldOf(kid), content),
  })
  const open = async (stored: StoredKey): Promise<SigningKey> => ({
    ...((await sealed.open('', fieldOf(stored.kid), stored.sealed)) as Omit<SigningKey, 'kid'>),
    kid: stored.kid,
  })
  const openIfItDoes = async (stored: StoredKey): Promise<readonly SigningKey[]> => {
    try {
      return [await open(stored)]
    } catch (error) {
      if (!isVaultError(error, 'decryption_failed')) throw error
      log.error({ kid: stored.kid, err: error }, 'A signing key does not open. Its tokens are not accepted; another key signs.')
      return []
    }
  }

  return {
    revision: () => documents.revision({ tenant, kind: KIND }),
    all: async () => (await Promise.all((await collection.all()).map(openIfItDoes))).flat(),
    insert: async (key) => void (await collection.insert(key.kid, await seal(key))),
    change: (kid, change) => unlessGone(() => collection.change(kid, async (stored) => seal(change(await open(stored))))),
    remove: (kid) => unlessGone(() => collection.remove(kid)),
  }
}

interface StoredKey {
  readonly kid: string
  readonly v: 1
  readonly sealed: string
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isVaultError(error, 'not_found')) throw error
  }
}

function fieldOf(kid: string): string {
  return `signing_key/${kid}`
}
