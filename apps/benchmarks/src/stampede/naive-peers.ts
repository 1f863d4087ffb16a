import { OAuth2Client } from 'google-auth-library'
import { AuthorizationCode } from 'simple-oauth2'
import type { RunningProvider } from '../provider/provider.ts'
import { expiredRow, type StampedeContender, type TokenRow } from './contender.ts'

/** As its README shows it: looks whether the stored token has expired, refreshes, and stores the answer. */
export const simpleOauth2: StampedeContender = {
  name: 'simple-oauth2, as in its README',
  async store({ issuer, clientId, clientSecret, refresh }, grant) {
    const client = new AuthorizationCode({
      client: { id: clientId, secret: clientSecret },
      auth: { tokenHost: issuer, tokenPath: '/token', authorizePath: '/auth' },
      options: { authorizationMethod: 'body' },
    })
    let row: Record<string, unknown> = {
      access_token: grant.accessToken,
      refresh_token: grant.refreshToken,
      expires_at: new Date(Date.now() - 60_000).toISOString(),
    }
    return {
      async ask() {
        let token = client.createToken(row)
        if (token.expired()) {
          token = await token.refresh()
          row = { ...token.token }
        }
        return String(token.token.access_token)
      },
      isUsable: async () => (await refresh(String(row.refresh_token))) !== undefined,
    }
  },
}

/** A client for each request, with the tokens of the table; what it tells of new ones goes back into it. */
export const googlePerRequest: StampedeContender = {
  name: 'google-auth-library, a client per request',
  async store(provider, grant) {
    const row = expiredRow(grant)
    return {
      ask: () => tokenOf(googleClient(provider, row)),
      isUsable: async () => (await provider.refresh(row.refreshToken)) !== undefined,
    }
  },
}

export const googleShared: StampedeContender = {
  name: 'google-auth-library, one client',
  async store(provider, grant) {
    const row = expiredRow(grant)
    const client = googleClient(provider, row)
    return {
      ask: () => tokenOf(client),
      isUsable: async () => (await provider.refresh(client.credentials.refresh_token ?? '')) !== undefined,
    }
  },
}

function googleClient({ issuer, clientId, clientSecret }: RunningProvider, row: TokenRow): OAuth2Client {
  const client = new OAuth2Client({ clientId, clientSecret, endpoints: { oauth2TokenUrl: `${issuer}/token` } })
  client.setCredentials({ access_token: row.accessToken, refresh_token: row.refreshToken, expiry_date: row.expiresAtMs })
  client.on('tokens', ({ access_token, refresh_token, expiry_date }) => {
    row.accessToken = access_token ?? row.accessToken
    row.refreshToken = refresh_token ?? row.refreshToken
    row.expiresAtMs = expiry_date ?? row.expiresAtMs
  })
  return client
}

async function tokenOf(client: OAuth2Client): Promise<string> {
  const { token } = await client.getAccessToken()
  if (!token) throw new Error('No token.')
  return token
}

/** The rotation that the documentation of Auth.js shows: the callback of the session looks at the account's row, and refreshes. */
export const authJs: StampedeContender = {
  name: 'Auth.js, rotation as documented',
  async store({ refresh }, grant) {
    const row = expiredRow(grant)
    return {
      async ask() {
        if (Date.now() < row.expiresAtMs) return row.accessToken
        const tokens = await refresh(row.refreshToken)
        if (!tokens) throw new Error('RefreshTokenError')
        row.accessToken = tokens.accessToken
        row.refreshToken = tokens.refreshToken
        row.expiresAtMs = Date.now() + tokens.expiresInS * 1_000
        return row.accessToken
      },
      isUsable: async () => (await refresh(row.refreshToken)) !== undefined,
    }
  },
}
