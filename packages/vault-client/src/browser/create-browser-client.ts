import { parseBaseUrl } from '../base-url.js'
import { textOf } from '../read-error.js'
import { isVaultClientError, VaultClientError } from '../vault-client-error.js'
import type { BrowserClient, BrowserClientOptions, SignInOptions } from './browser-client.js'
import { type BrowserSession, readSession } from './browser-session.js'
import { createBrowserStorage, type PendingRequest } from './browser-storage.js'
import { readConnectionCredentials } from './connection-credentials.js'
import { readIdentities } from './linked-identity.js'
import { newCodeVerifier } from './pkce.js'
import { proofOfWork } from './proof-of-work.js'
import { sha256 } from './sha256.js'
import { addressWithoutAnswer, type SignInAnswer, takeAnswer } from './sign-in-answer.js'
import { createVaultCall } from './vault-call.js'
import { withLock } from './with-lock.js'

/** A token that has less to live is renewed. */
const MARGIN_MS = 30_000
/** Answers that mean that there is no session, to whoever asks for one to be continued. */
const NO_SESSION: ReadonlySet<number | undefined> = new Set([400, 401, 404, 409])

/**
 * Makes the client of a page whose users sign in through the vault. It touches nothing before it is used, so it may be made on a server, too.
 *
 * @throws {VaultClientError} `invalid_configuration`.
 * @example
 * ```ts
 * const vault = createBrowserClient({ url: 'https://vault.example.com', applicationId: 'app_1' })
 * const session = await vault.session()
 * if (!session) await vault.authenticate({ connectionId: 'google' })
 * ```
 */
export function createBrowserClient({ url, applicationId }: BrowserClientOptions): BrowserClient {
  const { origin } = parseBaseUrl(url)
  const name = `holdfast:${applicationId}`
  const call = createVaultCall(origin)
  const storage = createBrowserStorage(name)
  let running: Promise<BrowserSession | undefined> | undefined

  /** Goes to the vault; with a session, to link an account to its user. */
  async function leave(options: SignInOptions, linkTo?: BrowserSession): Promise<void> {
    const { connectionId, connectionProperties, redirectUrl = addressWithoutAnswer() } = options
    const codeVerifier = newCodeVerifier()
    const body = {
      applicationId,
      connectionId,
      connectionProperties,
      redirectUrl,
      codeChallenge: await sha256(codeVerifier),
      codeChallengeMethod: 'S256',
      antiAbuseHash: await proofOfWork([connectionId, applicationId]),
      flowType: 'code',
      responseLocation: 'query',
      linkIdentity: linkTo && true,
    }
    const answer = await call('POST', 'authentication', { body, accessToken: linkTo?.accessToken })
    const [requestId, authenticationUrl] = [textOf(answer, 'authenticationRequestId'), textOf(answer, 'authenticationUrl')]
    if (!requestId || !authenticationUrl) throw new VaultClientError('invalid_response', 'The vault names no page to go to. Correct `url`.')
    storage.keepRequest(requestId, { codeVerifier, redirectUrl })
    location.assign(authenticationUrl)
  }

  async function redeem(code: string, requestId: string, { codeVerifier, redirectUrl }: PendingRequest): Promise<BrowserSession> {
    const body = {
      grant_type: 'authorization_code',
      client_id: applicationId,
      redirect_uri: redirectUrl,
      code,
      code_verifier: codeVerifier,
      antiAbuseHash: await proofOfWork([applicationId, requestId, code]),
    }
    return readSession(await call('POST', `authentication/${encodeURIComponent(requestId)}/tokens`, { body }), origin, applicationId)
  }

  /** By the cookie that the vault set for itself. */
  async function resume(): Promise<BrowserSession | undefined> {
    try {
      return readSession(await call('PATCH', 'session', { body: { responseLocation: 'body' } }), origin, applicationId)
    } catch (error) {
      if (isVaultClientError(error) && NO_SESSION.has(error.status)) return undefined
      throw error
    }
  }

  function held(): BrowserSession | undefined {
    const session = storage.readSession()
    return session && session.expiresAt.getTime() - Date.now() > MARGIN_MS ? session : undefined
  }

  async function findSession(answer: SignInAnswer | undefined): Promise<BrowserSession | undefined> {
    // Undefined, too, when another tab with the same address took it.
    const request = answer && storage.takeRequest(answer.nonce)
    if (answer?.error && request) throw new VaultClientError(answer.error, `The vault did not sign the user in: ${answer.error}.`)
    if (!answer?.code || !request) return held() ?? resume()
    // A code goes to nobody but the vault that made it (RFC 9207).
    if (answer.issuer !== origin) throw new VaultClientError('invalid_response', `The answer is from ${answer.issuer}. Correct \`url\`.`)
    try {
      return await redeem(answer.code, answer.nonce, request)
    } catch (error) {
      // The code is too old, or the answer was lost; the session that it belongs to may be there all the same.
      const session = await resume().catch(() => undefined)
      if (session) return session
      throw error
    }
  }

  function session(): Promise<BrowserSession | undefined> {
    if (running) return running
    const answer = takeAnswer(({ nonce, issuer }) => issuer === origin || storage.hasRequest(nonce))
    const known = answer ? undefined : held()
    if (known) return Promise.resolve(known)
    const find = async (): Promise<BrowserSession | undefined> => {
      const found = await findSession(answer)
      if (found) storage.keepSession(found, await sha256(found.userId))
      else storage.forgetSession()
      return found
    }
    running = withLock(name, find).finally(() => {
      running = undefined
    })
    return running
  }

  async function requireSession(): Promise<BrowserSession> {
    const found = await session()
    if (found) return found
    throw new VaultClientError('unauthenticated', 'Nobody is signed in. Call `authenticate`.', { status: 401 })
  }

  /** Asks with the user's token, and, when it is refused, once more with another: his session may have ended elsewhere, and a new one begun. */
  async function asUser(method: 'GET' | 'DELETE', path: string): Promise<unknown> {
    const { accessToken } = await requireSession()
    try {
      return await call(method, path, { accessToken })
    } catch (error) {
      if (!isVaultClientError(error) || error.status !== 401) throw error
      if (storage.readSession()?.accessToken === accessToken) storage.forgetSession()
      return call(method, path, { accessToken: (await requireSession()).accessToken })
    }
  }

  return {
    authenticate: (options = {}) => leave(options),
    session,
    async getConnectionCredentials({ connectionId, accountId } = {}) {
      const query = new URLSearchParams({ ...(connectionId && { connectionId }), ...(accountId && { accountId }) })
      return readConnectionCredentials(await asUser('GET', `session/credentials?${query}`))
    },
    identities: async () => readIdentities(await asUser('GET', 'session/profile')),
    link: async (options) => leave(options, await requireSession()),
    async unlink(identityId) {
      // URLs resolve a segment of dots, encoded or not: it would be another path, that of the session itself for one.
      if (/^\.{0,2}$/.test(identityId)) throw new VaultClientError('not_found', 'No account has such an id. Take one of `identities`.')
      await asUser('DELETE', `session/identities/${encodeURIComponent(identityId)}`)
    },
    async logout(redirectUrl) {
      await withLock(name, () => {
        const accessToken = storage.readSession()?.accessToken
        storage.endSessions()
        return call('DELETE', 'session', { accessToken })
      })
      if (redirectUrl) location.assign(redirectUrl)
    },
  }
}
