import { isVaultError, unknownFields, type Vault, VaultError } from '@holdfast/vault-core'
import { failedConnectPage, htmlReply, loggedErrorReply } from '@holdfast/vault-http'
import type { Request, RequestHandler, Response } from 'express'
import { abortOnClose } from './abort-on-close.js'
import './express-request.js'
import { requireScopes } from './required-scopes.js'
import { routerOf } from './router-registry.js'
import { sendReply } from './send-reply.js'

export interface RequireCredentialsOptions {
  readonly vault: Vault
  readonly connectionId: string
  /** Milliseconds of life the token must still have. Default: the connection's. */
  readonly minValidityMs?: number
  /** Scopes that the user must have granted. One who has not is asked for them, and keeps those that he has granted. */
  readonly requiredScopes?: readonly string[]
  /** Which of his accounts on the connection. Default: the default one. */
  readonly accountId?: string | ((request: Request) => string | undefined)
}

const KNOWN: readonly (keyof RequireCredentialsOptions)[] = ['vault', 'connectionId', 'minValidityMs', 'requiredScopes', 'accountId']

/**
 * Sees to it that `req.credentials` holds an access token of the signed-in user that works. A user who has to consent first is sent to
 * `/connect/{connectionId}?return_to=…`, also to grant a scope that is lacking; an API caller gets a 401 with `errorCode` and `startUrl`.
 * One who comes back unconnected (`connect_error` in the address) gets a page that says why, with a link to begin again.
 * Needs a `vaultRouter` of this vault; of several, the one that is mounted before it.
 *
 * @throws {VaultError} `invalid_configuration`, naming the option that is unknown or wrong.
 * @example
 * ```ts
 * app.get('/files', requireCredentials({ vault, connectionId: 'google' }), async (req, res) => { … req.credentials?.accessToken … })
 * ```
 */
export function requireCredentials(options: RequireCredentialsOptions): RequestHandler {
  refuseWrong(options)
  const { vault, connectionId, minValidityMs, requiredScopes = [], accountId } = options
  requireScopes(vault, connectionId, requiredScopes)
  return async (request, response, next) => {
    const signal = abortOnClose(response)
    try {
      const router = routerOf(vault, request)
      const userId = await router.identify(request)
      if (userId === undefined || userId === '')
        throw new VaultError('unauthenticated', 'Nobody is signed in to the application. Sign in first.')
      const address = router.addressOf(request)
      request.credentials = await vault.getCredentials(
        { connectionId, userId, ...accountOf(accountId, request) },
        {
          signal,
          actor: { kind: 'user', id: userId, ...(address !== undefined && { address }) },
          ...(minValidityMs !== undefined && { minValidityMs }),
          requiredScopes,
        },
      )
    } catch (error) {
      // The client went away: there is nobody to answer, and nothing failed.
      if (signal.aborted && error === signal.reason) return
      return refuse(error, options, request, response, next)
    }
    next()
  }
}

/** At the start, and not with the first user: a misspelt `requiredScopes` would require nothing. */
function refuseWrong(options: RequireCredentialsOptions): void {
  const fields = unknownFields(options, KNOWN, 'route')
  const { requiredScopes } = options
  if (requiredScopes !== undefined && !Array.isArray(requiredScopes)) fields['requiredScopes'] = 'must be an array of scopes'
  const problems = Object.entries(fields).map(([name, problem]) => `\`${name}\` ${problem}`)
  if (problems.length > 0)
    throw new VaultError('invalid_configuration', `The options of requireCredentials are wrong: ${problems.join('; ')}.`, { fields })
}

async function refuse(
  error: unknown,
  { vault, connectionId, requiredScopes = [] }: RequireCredentialsOptions,
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
): Promise<void> {
  if (!isVaultError(error) || error.code === 'invalid_configuration') return next(error)
  const router = routerOf(vault, request)
  if (!isVaultError(error, 'credential_not_found', 'reauthorization_required', 'insufficient_scope')) {
    return sendReply(loggedErrorReply(error, 'requireCredentials', router.log), response)
  }
  const { authorization, ...facts } = error.facts
  const accountId = authorization?.accountId
  const back = backFromProvider(request, router.origin)
  const query = new URLSearchParams({
    ...(isNavigation(request) && { return_to: back?.pageUrl ?? request.originalUrl }),
    // Another account than the one that was looked at would not mend it.
    ...(accountId !== undefined && { account: accountId }),
    ...(requiredScopes.length > 0 && { scope: requiredScopes.join(' ') }),
  })
  const start = router.connectPath(connectionId) + (query.size > 0 ? `?${query}` : '')
  response.setHeader('cache-control', 'no-store')
  // He has just said no, or it failed: sent off at once, he would be asked again and again.
  if (isNavigation(request) && back) return sendReply(htmlReply(403, failedConnectPage(back.code, back.reason, start)), response)
  if (isNavigation(request)) return response.redirect(303, start)
  response.status(401).json({ title: error.message, errorCode: error.code, ...facts, startUrl: router.origin + start })
}

function accountOf(accountId: RequireCredentialsOptions['accountId'], request: Request): { readonly accountId?: string } {
  const named = typeof accountId === 'function' ? accountId(request) : accountId
  return named === undefined ? {} : { accountId: named }
}

/** A browser that goes to a page, as opposed to a script that calls. */
function isNavigation(request: Request): boolean {
  const mode = request.get('sec-fetch-mode')
  return request.method === 'GET' && (mode === undefined ? (request.get('accept') ?? '').includes('text/html') : mode === 'navigate')
}

/** What the vault's callback added to the address of the page, when the user did not come back connected. */
function backFromProvider(
  { originalUrl }: Request,
  origin: string,
): { readonly code: string; readonly reason: string | undefined; readonly pageUrl: string } | undefined {
  if (!URL.canParse(origin + originalUrl)) return undefined
  const url = new URL(origin + originalUrl)
  const code = url.searchParams.get('connect_error')
  if (code === null) return undefined
  const reason = url.searchParams.get('connect_reason') ?? undefined
  for (const name of ['connect_error', 'connect_reason']) url.searchParams.delete(name)
  return { code, reason, pageUrl: url.pathname + url.search }
}
