import { VaultError } from '@holdfast/vault-core'

/** What `/connect/{connectionId}` is asked for, besides where to go afterwards. */
export interface ConnectQuery {
  /** For `authorization.start`. */
  readonly account: { readonly accountId?: string; readonly addAccount?: true }
  readonly scopes: readonly string[]
}

/**
 * Reads the query. Scopes are those that the host allows, whatever is asked for: a link must not make a user grant more than the application needs.
 *
 * @throws {VaultError} `invalid_request`, naming the parameter.
 */
export function readConnectQuery({ searchParams }: URL, allowedScopes: readonly string[]): ConnectQuery {
  const accountId = once(searchParams, 'account')
  const add = once(searchParams, 'add_account')
  const scopes = (once(searchParams, 'scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (accountId === '') throw refused('account', 'must name an account')
  if (add !== undefined && add !== 'true') throw refused('add_account', 'must be `true`, or be left out')
  if (add !== undefined && accountId !== undefined) throw refused('add_account', 'does not go with `account`')
  if (!scopes.every((scope) => allowedScopes.includes(scope)))
    throw refused('scope', 'names one that may not be asked for: allow it in `allowedScopes`, or require it by `requireCredentials`')
  return { account: { ...(accountId !== undefined && { accountId }), ...(add !== undefined && { addAccount: true }) }, scopes }
}

function once(searchParams: URLSearchParams, name: string): string | undefined {
  const given = searchParams.getAll(name)
  if (given.length > 1) throw refused(name, 'is given more than once')
  return given[0]
}

function refused(name: string, problem: string): VaultError {
  return new VaultError('invalid_request', `\`${name}\` ${problem}.`, { fields: { [name]: problem } })
}
