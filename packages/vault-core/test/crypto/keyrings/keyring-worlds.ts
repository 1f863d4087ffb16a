import type { Keyring } from '../../../src/crypto/keyring.js'
import { awsKmsKeyring } from '../../../src/crypto/keyrings/aws-kms.js'
import { googleCloudKmsKeyring } from '../../../src/crypto/keyrings/google-cloud-kms.js'
import { vaultTransitKeyring } from '../../../src/crypto/keyrings/vault-transit.js'
import { localKeyring } from '../../../src/crypto/local-keyring.js'
import { fakeAwsKms } from './fake-aws-kms.js'
import { fakeGoogleCloudKms } from './fake-google-cloud-kms.js'
import { fakeVaultTransit } from './fake-vault-transit.js'

/** Keys "2026" and "2027" at one service, and keyrings over them as several processes have them. */
export interface KeyringWorld {
  keyring(...ids: KeyId[]): Keyring
}

export type KeyId = '2026' | '2027'

export const arnOf = (id: KeyId): string => `arn:aws:kms:eu-central-1:111122223333:key/0000${id}-aaaa-bbbb-cccc-1234567890ab`
export const nameOf = (id: KeyId): string => `projects/shop/locations/europe-west3/keyRings/holdfast/cryptoKeys/kek-${id}`

export const keyringWorlds: Readonly<Record<string, () => KeyringWorld>> = {
  localKeyring: () => ({ keyring: (...ids) => localKeyring(ids.map((id) => ({ id, key: new Uint8Array(32).fill(Number(id) % 256) }))) }),
  awsKmsKeyring() {
    const { client } = fakeAwsKms(arnOf('2026'), arnOf('2027'))
    return { keyring: (...ids) => awsKmsKeyring({ client, keys: ids.map((id) => ({ id, keyArn: arnOf(id) })) }) }
  },
  googleCloudKmsKeyring() {
    const { client } = fakeGoogleCloudKms(nameOf('2026'), nameOf('2027'))
    return { keyring: (...ids) => googleCloudKmsKeyring({ client, keys: ids.map((id) => ({ id, name: nameOf(id) })) }) }
  },
  vaultTransitKeyring() {
    const { fetch, token } = fakeVaultTransit('kek-2026', 'kek-2027')
    const url = 'https://vault.example'
    return { keyring: (...ids) => vaultTransitKeyring({ url, token, fetch, keys: ids.map((id) => ({ id, name: `kek-${id}` })) }) }
  },
}
