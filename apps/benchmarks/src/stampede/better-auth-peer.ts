import { DatabaseSync } from 'node:sqlite'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins'
import type { StampedeContender } from './contender.ts'

const SECRET = 'a secret of the benchmarks alone, 32 characters and more'

/** `getAccessToken` on the server, with encrypted tokens, over SQLite in memory. */
export const betterAuthPeer: StampedeContender = {
  name: 'better-auth getAccessToken',
  async store({ issuer, clientId, clientSecret, refresh }, grant) {
    const database = new DatabaseSync(':memory:')
    const options = {
      baseURL: 'https://app.example',
      secret: SECRET,
      database,
      telemetry: { enabled: false },
      logger: { disabled: true },
      account: { encryptOAuthTokens: true },
      plugins: [
        genericOAuth({
          config: [
            {
              providerId: 'demo',
              authorizationUrl: `${issuer}/auth`,
              tokenUrl: `${issuer}/token`,
              clientId,
              clientSecret,
              authentication: 'post' as const,
            },
          ],
        }),
      ],
    } satisfies BetterAuthOptions
    await (await getMigrations(options)).runMigrations()
    const auth = betterAuth(options)
    const { internalAdapter } = await auth.$context
    const [accessToken, refreshToken] = await Promise.all(
      [grant.accessToken, grant.refreshToken].map((data) => symmetricEncrypt({ key: SECRET, data })),
    )
    const user = await internalAdapter.createUser({ name: 'alice', email: 'alice@example.com', emailVerified: true }, { method: 'admin' })
    const { id: accountId } = await internalAdapter.createAccount({
      userId: user.id,
      providerId: 'demo',
      accountId: 'alice',
      accessToken,
      refreshToken,
      accessTokenExpiresAt: new Date(Date.now() - 60_000),
    })
    return {
      ask: async () => (await auth.api.getAccessToken({ body: { userId: user.id, accountId } })).accessToken ?? '',
      async isUsable() {
        const stored = database.prepare('select "refreshToken" from account').get()?.refreshToken
        return (await refresh(await symmetricDecrypt({ key: SECRET, data: String(stored) }))) !== undefined
      },
      close: async () => database.close(),
    }
  },
}
