import type { RunningProvider, Tokens } from '../provider/provider.ts'

/** A library that hands out access tokens, and what it does when many ask for one that has expired. */
export interface StampedeContender {
  readonly name: string
  /** Stores the grant, its access token expired. */
  store(provider: RunningProvider, grant: Tokens): Promise<StoredGrant>
}

export interface StoredGrant {
  /** As an application asks for each of its requests. */
  ask(): Promise<string>
  /** Whether what is stored afterwards can be refreshed once more. */
  isUsable(): Promise<boolean>
  close?(): Promise<void>
}

/** A row of an application's own table. */
export interface TokenRow {
  accessToken: string
  refreshToken: string
  expiresAtMs: number
}

export function expiredRow({ accessToken, refreshToken }: Tokens): TokenRow {
  return { accessToken, refreshToken, expiresAtMs: Date.now() - 60_000 }
}
