import { VaultError } from '../errors.js'
import { accountIdOfSubject, DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { userinfoUnavailable } from '../oauth/authorization-errors.js'
import type { ConsentedGrant } from '../oauth/grant.js'
import type { CredentialRow } from '../storage/contract.js'
import { defaultAccountAmong, isConnected, isNamed, subjectOf } from './accounts.js'

/** Where what a consent gave is kept. */
export interface ChosenAccount {
  /** Key of the row. */
  readonly accountKey: string
  /** What stands there: the same account, one whose place it takes, or one that was disconnected. */
  readonly row: CredentialRow | undefined
  /** An account that ends, as another one takes its place. */
  readonly ends: CredentialRow | undefined
}

/**
 * Decides which account a consent is for. The same account of the provider gets its new credential; another one is added, unless the flow was
 * begun for one account, or for the one that waits for consent: who signs in with another one then mostly does so by mistake, or was made to. A
 * sign-in to the application itself is refused to nobody.
 *
 * @param rows - All that the user has or had on the connection.
 * @throws {VaultError} `authorization_response_invalid` with reason `other_account`; `provider_unavailable` when the provider would have to say
 * which account it is.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7 RFC 9700, section 4.7}
 */
export function chooseAccount(rows: readonly CredentialRow[], grant: ConsentedGrant, nowMs: number): ChosenAccount {
  const { subject, accountId, addAccount, replaceAccount, isSignIn = false } = grant
  const connected = rows.filter(isConnected)
  const standard = defaultAccountAmong(connected)
  const under = (accountKey: string): ChosenAccount => ({
    accountKey,
    row: rows.find((row) => row.accountId === accountKey),
    ends: undefined,
  })
  const at = (row: CredentialRow): ChosenAccount => ({ accountKey: row.accountId, row, ends: undefined })

  if (accountId !== undefined) {
    const wanted = accountId === DEFAULT_ACCOUNT_ID ? standard : connected.find((row) => isNamed(row, accountId))
    const pinned = wanted ? subjectOf(wanted) : null
    if (wanted && (pinned === null || pinned === subject)) return at(wanted)
    if (wanted && grant.isSubjectUnread) throw unread(grant)
    const isWanted = accountId === DEFAULT_ACCOUNT_ID || (subject !== undefined && accountIdOfSubject(subject) === accountId)
    if (wanted || !isWanted) throw otherAccount(grant, 'than the one that the flow was begun for. Let him sign in there with that one')
  }
  if (!standard) return under(DEFAULT_ACCOUNT_ID)
  const pinned = subjectOf(standard)
  if (subject === undefined) {
    // A provider that names nobody has one account; one that could not be asked may have given another.
    if (grant.isSubjectUnread && pinned !== null && !replaceAccount) throw unread(grant)
    return at(standard)
  }
  if (pinned === subject) return at(standard)
  const isAnyMeant = accountId !== undefined || addAccount || replaceAccount || isSignIn
  if (pinned !== null && !isAnyMeant && waitsForConsent(standard, nowMs))
    throw otherAccount(grant, 'than the one that waits for his consent. Let him sign in there with that one, or start with `addAccount`')
  const own = connected.find((row) => subjectOf(row) === subject)
  if (own) return replaceAccount ? { ...at(own), ends: standard } : at(own)
  // Which account stands there is not known: it may be this one.
  if (pinned === null && !addAccount) return at(standard)
  if (!replaceAccount) return under(accountIdOfSubject(subject))
  return standard.accountId === DEFAULT_ACCOUNT_ID ? at(standard) : { ...under(DEFAULT_ACCOUNT_ID), ends: standard }
}

function waitsForConsent({ status, refreshToken, expiresAtMs }: CredentialRow, nowMs: number): boolean {
  return status === 'reauthorization_required' || (refreshToken === null && expiresAtMs !== null && expiresAtMs <= nowMs)
}

function unread({ connectionId, userId }: ConsentedGrant): VaultError {
  return userinfoUnavailable({ connectionId, userId })
}

function otherAccount({ connectionId, userId }: ConsentedGrant, what: string): VaultError {
  return new VaultError(
    'authorization_response_invalid',
    `User "${userId}" signed in at connection "${connectionId}" with another account ${what}.`,
    { connectionId, userId, reason: 'other_account' },
  )
}
