/** What to begin when a user has to consent: the arguments of `vault.authorization.start`, all but `redirectUri`. */
export interface NeededAuthorization {
  readonly connectionId: string
  readonly userId: string
  /** The account that is to consent, where one is known. */
  readonly accountId?: string
  /** `scope` names all that is needed: what the connection asks for, what was granted, and what is required. */
  readonly connectionProperties: Readonly<Record<string, string>>
}
