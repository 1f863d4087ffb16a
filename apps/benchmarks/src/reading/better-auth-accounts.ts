import type { DatabaseSync } from 'node:sqlite'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { symmetricEncrypt } from 'better-auth/crypto'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins'
import type pg from 'pg'
import { ACCESS_TOKEN, CONNECTION_ID, REFRESH_TOKEN } from './users.ts'

const SECRET = 'a secret of the benchmarks alone, 32 characters and more'
const DAY_MS = 86_400_000

/** The same users and tokens in better-auth, in tables of its own. */
export async function betterAuthAccounts(
  database: pg.Pool | DatabaseSync,
  userIds: readonly string[],
): Promise<(userId: string) => Promise<{ readonly accessToken?: string | undefined }>> {
  const options = {
    baseURL: 'https://app.example',
    secret: SECRET,
    database,
    telemetry: { enabled: false },
    account: { encryptOAuthTokens: true },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: CONNECTION_ID,
            authorizationUrl: 'https://provider.example/authorize',
            tokenUrl: 'https://provider.example/token',
            clientId: 'client-1',
            clientSecret: 'not-a-secret',
          },
        ],
      }),
    ],
  } satisfies BetterAuthOptions
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const { internalAdapter } = await auth.$context
  const [accessToken, refreshToken] = await Promise.all(
    [ACCESS_TOKEN, REFRESH_TOKEN].map((data) => symmetricEncrypt({ key: SECRET, data })),
  )
  const accessTokenExpiresAt = new Date(Date.now() + DAY_MS)
  const accounts = new Map<string, { readonly userId: string; readonly accountId: string }>()
  for (const [index, name] of userIds.entries()) {
    const user = await internalAdapter.createUser({ name, email: `user-${index}@example.com`, emailVerified: true }, { method: 'admin' })
    const account = { userId: user.id, providerId: CONNECTION_ID, accountId: name, accessToken, refreshToken, accessTokenExpiresAt }
    accounts.set(name, { userId: user.id, accountId: (await internalAdapter.createAccount(account)).id })
  }
  return (userId) => auth.api.getAccessToken({ body: accounts.get(userId) ?? { accountId: '' } })
}
