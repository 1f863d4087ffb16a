import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { ClientAuthenticationMethod, ConnectionInput } from '@holdfast/vault-core'
import type { ClientMetadata } from 'oidc-provider'
import { type Certificate, clientCertificate, frontCertificate } from './certificates.ts'
import { fetchWithCertificate } from './tls-front.ts'

/** One application, as the authorization server knows it, and as the vault does. */
export interface Client {
  readonly metadata: Partial<ClientMetadata>
  readonly connection: Pick<ConnectionInput, 'clientSecret' | 'privateKey' | 'clientAuthentication' | 'hooks'>
}

const SECRET = 'a-secret-of-the-tests-that-is-long-enough'

/** An application for each way in which one proves who it is. */
export function clientBy(method: ClientAuthenticationMethod): Client {
  const authentication = { clientAuthentication: method }
  const registered = { token_endpoint_auth_method: method }
  switch (method) {
    case 'client_secret_basic':
    case 'client_secret_post':
    case 'client_secret_jwt':
      return { metadata: { ...registered, client_secret: SECRET }, connection: { ...authentication, clientSecret: SECRET } }
    case 'private_key_jwt': {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const [kid, alg] = ['k1', 'ES256']
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
      return {
        metadata: { ...registered, token_endpoint_auth_signing_alg: alg, jwks: { keys: [jwk] } } as Partial<ClientMetadata>,
        connection: { ...authentication, privateKey: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, alg }) },
      }
    }
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth': {
      const hooks = { fetchWithCertificate: fetchWithCertificate(clientCertificate, frontCertificate.cert) }
      return { metadata: { ...registered, ...certificateMetadata(method, clientCertificate) }, connection: { ...authentication, hooks } }
    }
    case 'none':
      return { metadata: registered, connection: authentication }
  }
}

/** By the name in it, as one that an authority issued is known, or by the certificate itself. */
function certificateMetadata(method: ClientAuthenticationMethod, { cert }: Certificate): Partial<ClientMetadata> {
  if (method === 'tls_client_auth') return { tls_client_auth_subject_dn: 'CN=holdfast-client' }
  const { publicKey, raw } = new X509Certificate(cert)
  const jwk = { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
  return { jwks: { keys: [jwk] } } as Partial<ClientMetadata>
}
