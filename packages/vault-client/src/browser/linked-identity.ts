import { fieldOf, textOf } from '../read-error.js'

/** An account that the user can sign in with. */
export interface LinkedIdentity {
  /** For `unlink`. */
  readonly identityId: string
  readonly connectionId: string
  /** His id at the provider. */
  readonly providerUserId: string
  readonly name: string | undefined
  readonly email: string | undefined
  readonly picture: string | undefined
}

/** Reads them from the user's profile. */
export function readIdentities(profile: unknown): readonly LinkedIdentity[] {
  const identities = fieldOf(profile, 'linkedIdentities')
  return (Array.isArray(identities) ? identities : []).map((identity: unknown) => {
    const connection = fieldOf(identity, 'connection')
    return {
      identityId: textOf(identity, 'identityId') ?? '',
      connectionId: textOf(connection, 'connectionId') ?? '',
      providerUserId: textOf(connection, 'userId') ?? '',
      name: textOf(identity, 'name'),
      email: textOf(identity, 'email'),
      picture: textOf(identity, 'picture'),
    }
  })
}
