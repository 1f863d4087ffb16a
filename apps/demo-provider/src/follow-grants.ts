import type Provider from 'oidc-provider'

/** Knows which grants each person gave, to end them on request. */
export interface GrantFollower {
  revokeAll(login: string): Promise<void>
}

export function followGrants(provider: Provider): GrantFollower {
  const grantIds = new Map<string, Set<string>>()
  provider.on('access_token.saved', ({ accountId, grantId }) => {
    if (grantId === undefined) return
    const known = grantIds.get(accountId) ?? new Set()
    grantIds.set(accountId, known.add(grantId))
  })
  return {
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
