import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  ProtocolMode,
} from '@azure/msal-node'
import type { RunningProvider } from '../provider/provider.ts'
import { expiredRow, type StampedeContender } from './contender.ts'

const scopes = ['openid', 'offline_access', 'files.read']

/** An application for each request, with the refresh token of the table; the new one, which MSAL shows in its cache alone, goes back into it. */
export const msalPerRequest: StampedeContender = {
  name: 'MSAL, acquireTokenByRefreshToken',
  async store(provider, grant) {
    const row = expiredRow(grant)
    return {
      async ask() {
        const app = msalApp(provider)
        const result = await app.acquireTokenByRefreshToken({ refreshToken: row.refreshToken, scopes, forceCache: true })
        row.refreshToken = refreshTokenIn(app)
        return result?.accessToken ?? ''
      },
      isUsable: async () => (await provider.refresh(row.refreshToken)) !== undefined,
    }
  },
}

/** One application for all requests: tokens live in its cache, which is the process's memory. */
export const msalShared: StampedeContender = {
  name: 'MSAL, acquireTokenSilent, one application',
  async store(provider, grant) {
    const first = msalApp(provider)
    await first.acquireTokenByRefreshToken({ refreshToken: grant.refreshToken, scopes, forceCache: true })
    const app = msalApp(provider)
    app.getTokenCache().deserialize(expiredCache(first))
    const [account] = await app.getTokenCache().getAllAccounts()
    if (!account) throw new Error('MSAL kept no account.')
    return {
      ask: async () => (await app.acquireTokenSilent({ account, scopes })).accessToken,
      isUsable: async () => (await provider.refresh(refreshTokenIn(app))) !== undefined,
    }
  },
}

function msalApp({ issuer, clientId, clientSecret }: RunningProvider): ConfidentialClientApplication {
  const authority = issuer.replace('http:', 'https:')
  const endpoints = { authorization_endpoint: `${authority}/auth`, token_endpoint: `${authority}/token`, jwks_uri: `${authority}/jwks` }
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority,
      knownAuthorities: [new URL(authority).host],
      authorityMetadata: JSON.stringify({ issuer: authority, ...endpoints }),
    },
    system: { protocolMode: ProtocolMode.OIDC, networkClient: plainHttp },
  })
}

/** MSAL takes authorities by https alone, and the server here speaks http. */
const plainHttp: INetworkModule = {
  sendGetRequestAsync: (url, options) => send('GET', url, options),
  sendPostRequestAsync: (url, options) => send('POST', url, options),
}

async function send<T>(method: string, url: string, { headers, body }: NetworkRequestOptions = {}): Promise<NetworkResponse<T>> {
  const response = await fetch(url.replace('https:', 'http:'), { method, headers: headers ?? {}, body: body ?? null })
  return { status: response.status, headers: Object.fromEntries(response.headers), body: (await response.json()) as T }
}

/** The format in which MSAL gives its cache to applications that keep it, as far as it is needed here. */
interface MsalCache {
  readonly AccessToken: Readonly<Record<string, object>>
  readonly RefreshToken: Readonly<Record<string, { readonly secret: string }>>
}

function cacheOf(app: ConfidentialClientApplication): MsalCache {
  return JSON.parse(app.getTokenCache().serialize())
}

function refreshTokenIn(app: ConfidentialClientApplication): string {
  return Object.values(cacheOf(app).RefreshToken)[0]?.secret ?? ''
}

function expiredCache(app: ConfidentialClientApplication): string {
  const cache = cacheOf(app)
  const expired = String(Math.floor(Date.now() / 1_000) - 60)
  const expire = ([key, token]: [string, object]) => [key, { ...token, expires_on: expired, extended_expires_on: expired }]
  return JSON.stringify({ ...cache, AccessToken: Object.fromEntries(Object.entries(cache.AccessToken).map(expire)) })
}
