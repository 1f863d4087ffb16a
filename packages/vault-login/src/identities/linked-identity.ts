import type { UserProfile } from './claim-mapping.js'

/** An account at a provider with which a user signs in. */
export interface LinkedIdentity extends UserProfile {
  readonly identityId: string
  readonly connectionId: string
  /** The user's id at the provider. */
  readonly providerUserId: string
  /** Epoch milliseconds. */
  readonly linkedAtMs: number
}
