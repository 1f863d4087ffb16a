import { localKeyring, type NewAccessRecord, type Vault, type VaultOptions } from '@holdfast/vault-core'
import { createVault } from '@holdfast/vault-express'
import { memoryStore } from '@holdfast/vault-store-memory'
import { importPKCS8, SignJWT } from 'jose'

export const CONNECTION_ID = 'drive'
export const USER_ID = 'auth0|5f7c8ec7c33c6c004bbafe82'
export const PATH: string = `/v1/connections/${CONNECTION_ID}/users/${encodeURIComponent(USER_ID)}/credentials`

export const ROUTE = '/v1/connections/:connectionId/users/:userId/credentials'

const PROVIDER = 'https://provider.example'
const GRANT = {
  access_token: 'a'.repeat(900),
  refresh_token: 'r'.repeat(400),
  token_type: 'Bearer',
  expires_in: 86_400,
  scope: 'files.read',
}

/** A vault over a memory store that holds one credential, good for a day. */
export async function connectedVault(options: Partial<VaultOptions> = {}): Promise<Vault> {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [
      {
        connectionId: CONNECTION_ID,
        authorizationEndpoint: `${PROVIDER}/authorize`,
        tokenEndpoint: `${PROVIDER}/token`,
        clientId: 'client-1',
        clientSecret: 'not-a-secret',
      },
    ],
    fetch: async () => Response.json(GRANT),
    ...options,
  })
  const redirectUri = 'https://app.example/callback'
  const flow = await vault.authorization.start({ connectionId: CONNECTION_ID, userId: USER_ID, redirectUri })
  await vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c1&state=${flow.state}`, flowBinding: flow.flowBinding })
  return vault
}

/** The same, and one of a thousand service clients that may read it. */
export async function vaultWithCredential(
  options: Partial<VaultOptions> = {},
): Promise<{ readonly vault: Vault; readonly accessKey: string }> {
  const vault = await connectedVault(options)
  const { clientId } = await vault.serviceClients.create({ name: 'job' })
  const { accessKey } = await vault.serviceClients.createAccessKey(clientId)
  for (let index = 0; index < 1_000; index++) await vault.accessRecords.create(viewer(index === 500 ? clientId : `sc_other-${index}`))
  return { vault, accessKey }
}

function viewer(userId: string): NewAccessRecord {
  const resources = [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }]
  return { name: 'Reads', users: [{ userId }], statements: [{ roles: ['Vault:UserCredentialsViewer'], resources }] }
}

/** A token as the published SDK signs it: it keeps one for 23 hours. */
export async function signToken(accessKey: string, origin: string): Promise<string> {
  const [clientId = '', keyId = '', accountId = '', privateKey = ''] = accessKey.split('.')
  const key = await importPKCS8(`-----BEGIN PRIVATE KEY-----\n${privateKey}\n-----END PRIVATE KEY-----`, 'EdDSA')
  return new SignJWT({ client_id: clientId, scope: 'openid' })
    .setProtectedHeader({ alg: 'EdDSA', kid: keyId, typ: 'at+jwt' })
    .setIssuer(`${origin}/v1/clients/${clientId}`)
    .setAudience(`${accountId}.accounts.authress.io`)
    .setSubject(clientId)
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(key)
}
