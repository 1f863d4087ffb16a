import { X509Certificate } from 'node:crypto'
import type { ClientAuthenticationMethod, ConnectionInput } from '@holdfast/vault-core'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import { type DemoProvider, type DemoProviderOptions, startDemoProvider } from '../../src/index.ts'
import { frontCertificate } from './certificates.ts'
import { type Client, clientBy } from './clients.ts'
import { CERTIFICATE_HEADER, startTlsFront } from './tls-front.ts'

export const REDIRECT_URI = 'http://127.0.0.1/connect/demo/callback'

/** What a client does besides, of what the authorization server then insists on. */
export type Extra = 'nothing' | 'dpop' | 'par' | 'dpop and par' | 'jarm'

export interface ConfiguredServer {
  readonly provider: DemoProvider
  /** How a vault reaches it. */
  readonly connection: Omit<ConnectionInput, 'connectionId'>
  /** Where it says who the user is: an API of its own, which checks how a token is bound. */
  readonly me: string
  /** Ids of grants that were ended. */
  readonly revokedGrants: readonly string[]
  close(): Promise<void>
}

/** Starts a real authorization server for one kind of client. */
export async function startConfigured(
  method: ClientAuthenticationMethod,
  extra: Extra,
  more: { readonly grants?: readonly string[]; readonly extend?: DemoProviderOptions['extend'] } = {},
): Promise<ConfiguredServer> {
  const client = clientBy(method)
  const isByCertificate = method.includes('tls_client_auth')
  const revokedGrants: string[] = []
  let behind = ''
  const front = isByCertificate ? await startTlsFront(() => behind, frontCertificate) : undefined
  const provider = await startDemoProvider({
    redirectUris: [REDIRECT_URI],
    accessTokenTtlS: 4,
    dpop: extra.startsWith('dpop') ? 'nonce' : 'off',
    configure: (configuration) => configured(configuration, client, { extra, grants: more.grants ?? [], front: front?.origin }),
    extend: (server) => {
      server.on('grant.revoked', (_ctx, grantId) => void revokedGrants.push(grantId))
      server.proxy = isByCertificate
      more.extend?.(server)
    },
  })
  const { issuer, clientId } = provider
  behind = issuer
  return {
    provider,
    revokedGrants,
    me: `${front?.origin ?? issuer}/me`,
    connection: {
      issuer,
      clientId,
      ...client.connection,
      apiOrigins: [front?.origin ?? issuer],
      ...(extra.startsWith('dpop') && { dpop: true }),
      ...(extra === 'jarm' && { responseMode: 'query.jwt' as const }),
      defaultConnectionProperties: { scope: 'openid offline_access files.read files.write', prompt: 'consent' },
    },
    close: async () => {
      front?.close()
      await provider.close()
    },
  }
}

function configured(
  configuration: Configuration,
  client: Client,
  { extra, grants, front }: { readonly extra: Extra; readonly grants: readonly string[]; readonly front: string | undefined },
): Configuration {
  const [example] = configuration.clients ?? []
  if (!example) throw new TypeError('The example has a client.')
  const { client_secret: _secret, token_endpoint_auth_method: _method, ...known } = example
  return {
    ...configuration,
    clients: [{ ...known, ...client.metadata, grant_types: [...(known.grant_types ?? []), ...grants], ...boundBy(extra, client) }],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
      'none',
    ],
    ...(front !== undefined && {
      discovery: {
        mtls_endpoint_aliases: {
          token_endpoint: `${front}/token`,
          revocation_endpoint: `${front}/token/revocation`,
          pushed_authorization_request_endpoint: `${front}/request`,
          device_authorization_endpoint: `${front}/device/auth`,
        },
      },
    }),
    ttl: { ...configuration.ttl, ClientCredentials: 4 },
    features: {
      ...configuration.features,
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: extra.endsWith('par') },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => {
          const shown = ctx.get(CERTIFICATE_HEADER)
          return shown === '' ? undefined : new X509Certificate(Buffer.from(shown, 'base64'))
        },
        // There is one authority in this test, and it issued them all.
        certificateAuthorized: (ctx) => ctx.get(CERTIFICATE_HEADER) !== '',
        certificateSubjectMatches: (ctx, property, expected) =>
          property === 'tls_client_auth_subject_dn' &&
          new X509Certificate(Buffer.from(ctx.get(CERTIFICATE_HEADER), 'base64')).subject === expected,
      },
    },
  }
}

/** To a key, or to the certificate that the client shows, if it shows one. */
function boundBy(extra: Extra, { metadata }: Client): Partial<ClientMetadata> {
  if (extra.startsWith('dpop')) return { dpop_bound_access_tokens: true }
  return { tls_client_certificate_bound_access_tokens: metadata.token_endpoint_auth_method?.includes('tls') ?? false }
}
