import type Provider from 'oidc-provider'

/** Knows which grants each person gave, and for what, to end them on request, and whether one still stands. */
export interface GrantFollower {
  /** What the person's grants that still stand allow, taken together. */
  scopesOf(login: string): Promise<readonly string[]>
  revokeAll(login: string): Promise<void>
  isAlive(refreshToken: string): Promise<boolean>
}

export function followGrants(provider: Provider): GrantFollower {
  const grantIds = new Map<string, Set<string>>()
  provider.on('access_token.saved', ({ accountId, grantId }) => {
    if (grantId === undefined) return
    const known = grantIds.get(accountId) ?? new Set()
    grantIds.set(accountId, known.add(grantId))
  })
  return {
    async isAlive(refreshToken) {
      // `find` would pass over a token that has rotated only if the grant ended; then the storage has dropped them all.
      const { grantId } = (await provider.RefreshToken.find(refreshToken)) ?? {}
      return grantId !== undefined && (await provider.Grant.find(grantId)) !== undefined
    },
    async scopesOf(login) {
      const scopes = new Set<string>()
      for (const grantId of grantIds.get(login) ?? []) {
        const grant = await provider.Grant.find(grantId)
        for (const scope of grant?.getOIDCScope().split(' ') ?? []) scopes.add(scope)
      }
      return [...scopes]
    },
    async revokeAll(login) {
      for (const grantId of grantIds.get(login) ?? []) {
        await provider.RefreshToken.revokeByGrantId(grantId)
        await provider.AccessToken.revokeByGrantId(grantId)
        await (await provider.Grant.find(grantId))?.destroy()
      }
      grantIds.delete(login)
    },
  }
}
