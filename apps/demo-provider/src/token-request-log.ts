import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/** One request to the token endpoint, without anything secret. */
export interface TokenRequestRecord {
  readonly grantType: string
  readonly ok: boolean
  /** OAuth error code of a refusal. */
  readonly error: string | undefined
  /** Which consent it was about, where the provider got so far as to know. */
  readonly grantId: string | undefined
  /** Epoch milliseconds. */
  readonly atMs: number
}

/** Notes down every token request that the provider has answered. */
export function logTokenRequests(provider: Provider): readonly TokenRequestRecord[] {
  const records: TokenRequestRecord[] = []
  provider.on('grant.success', (ctx) => {
    records.push({ grantType: grantTypeOf(ctx.oidc.params), ok: true, error: undefined, grantId: grantIdOf(ctx), atMs: Date.now() })
  })
  provider.on('grant.error', (ctx, error) => {
    records.push({ grantType: grantTypeOf(ctx.oidc?.params), ok: false, error: error.error, grantId: grantIdOf(ctx), atMs: Date.now() })
  })
  return records
}

function grantTypeOf(params: Record<string, unknown> | undefined): string {
  return typeof params?.grant_type === 'string' ? params.grant_type : 'unknown'
}

function grantIdOf({ oidc }: KoaContextWithOIDC): string | undefined {
  const { RefreshToken, RotatedRefreshToken, AuthorizationCode } = oidc?.entities ?? {}
  return RotatedRefreshToken?.grantId ?? RefreshToken?.grantId ?? AuthorizationCode?.grantId
}
