import { createHash, randomBytes } from 'node:crypto'
import { consentByHttp, type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { createVault, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { type ApplicationInput, createLogin, type Login, type LoginOptions } from '@holdfast/vault-login'
import { memoryStore } from '@holdfast/vault-store-memory'
import { createVaultHandler, type VaultHandler, type VaultHandlerOptions } from '../../src/index.js'
import { type LoginBrowser, loginBrowser } from './login-browser.js'

export const VAULT_URL = 'https://auth.example.com'
export const APP_URL = 'https://app.example.com'
export const APP = 'app_default'

/** A vault that users sign in through, behind its handler, with two real providers whose people have the same names and e-mail addresses. */
export interface LoginWorld {
  readonly vault: Vault
  readonly login: Login
  readonly handler: VaultHandler
  readonly store: VaultStore
  readonly provider: DemoProvider
  readonly otherProvider: DemoProvider
  readonly publicUrl: string
  readonly logLines: unknown[]
  browser(): LoginBrowser
  /** Moves the vault's clock. */
  advance(ms: number): void
  /** Asks as the published SDK does, from a page of this origin. */
  authenticate(browser: LoginBrowser, options?: AuthenticateOptions): Promise<Asked>
  /** The whole way through: asks, opens the address, consents at the provider, comes back. */
  signIn(browser: LoginBrowser, options?: AuthenticateOptions & { readonly as?: string }): Promise<SignedInPage>
  /** Opens an address of the vault, consents at the provider, or denies it, and comes back. */
  consent(browser: LoginBrowser, authenticationUrl: string, as?: string, options?: { readonly deny?: boolean }): Promise<Response>
  /** Where a page's link leads that goes back to the application. */
  wayBackOf(html: string): URL
  /** The SDK's exchange of a code. */
  redeem(browser: LoginBrowser, asked: Asked, code: string, changes?: Readonly<Record<string, unknown>>): Promise<Response>
  close(): Promise<void>
}

export interface AuthenticateOptions {
  readonly body?: Readonly<Record<string, unknown>>
  /** Of the page that asks. Default: the application's. Undefined: no browser. */
  readonly origin?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials?: boolean
}

/** What was asked, and what was answered. */
export interface Asked {
  readonly response: Response
  // biome-ignore lint/suspicious/noExplicitAny: an answer as the SDK reads it, without types.
  readonly answer: any
  readonly codeVerifier: string
  readonly redirectUrl: string
  readonly origin: string | undefined
}

/** The page that the user ended up on. */
export interface SignedInPage {
  readonly asked: Asked
  readonly callback: Response
  readonly callbackUrl: string
  /** The application's address. */
  readonly page: URL
}

export interface LoginWorldOptions {
  readonly publicUrl?: string
  readonly applications?: readonly ApplicationInput[]
  readonly login?: Partial<LoginOptions>
  readonly handler?: Partial<VaultHandlerOptions>
  readonly store?: VaultStore
}

export async function loginWorld(options: LoginWorldOptions = {}): Promise<LoginWorld> {
  const { publicUrl = VAULT_URL, store = memoryStore() } = options
  const callbackOf = (connectionId: string): string => `${publicUrl}/connect/${connectionId}/callback`
  // A provider whose answers went to the callback of the other would be caught here already; the vault must catch it itself.
  const redirectUris = [callbackOf('demo'), callbackOf('other')]
  const [provider, otherProvider] = await Promise.all([startDemoProvider({ redirectUris }), startDemoProvider({ redirectUris })])
  let offsetMs = 0
  const logLines: unknown[] = []
  const logTo = (fields: object, message: string): void => void logLines.push([message, fields])
  const log = { debug: logTo, info: logTo, warn: logTo, error: logTo }
  const connectionOf = (connectionId: string, name: string, { issuer, clientId, clientSecret }: DemoProvider) => ({
    connectionId,
    name,
    issuer,
    clientId,
    clientSecret,
    defaultConnectionProperties: { scope: 'openid profile email offline_access files.read', prompt: 'consent' },
  })
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: randomBytes(32) }]),
    connections: [connectionOf('demo', 'Driftbox', provider), connectionOf('other', 'Kelp & Co', otherProvider)],
    clock: { now: () => Date.now() + offsetMs, monotonic: () => performance.now() + offsetMs, sleep: sleepUntilAborted },
    background: false,
    log,
  })
  const login = createLogin({
    vault,
    publicUrl,
    applications: options.applications ?? [{ applicationId: APP, name: 'Harbour Notes', redirectUrls: [`${APP_URL}/`] }],
    ...options.login,
  })
  const now = (): number => Date.now() + offsetMs
  let lastProofMs = 0
  /** Of two proofs of one millisecond over the same values the second is refused, as a copy of the first. */
  const proofTimeMs = (): number => {
    lastProofMs = Math.max(now(), lastProofMs + 1)
    return lastProofMs
  }
  const handler = createVaultHandler({ vault, publicUrl, login, identify: () => undefined, log, now, rateLimit: false, ...options.handler })

  const authenticate: LoginWorld['authenticate'] = async (browser, { body = {}, headers = {}, credentials = true, ...rest } = {}) => {
    const origin = 'origin' in rest ? rest.origin : APP_URL
    const redirectUrl = String(body['redirectUrl'] ?? `${origin ?? APP_URL}/home`)
    const codeVerifier = sdkVerifier()
    const codeChallenge = sha256(codeVerifier)
    const sent = { applicationId: APP, redirectUrl, codeChallengeMethod: 'S256', codeChallenge, connectionId: 'demo', ...body }
    const { connectionId, tenantLookupIdentifier, inviteId, applicationId } = sent as Record<string, string | undefined>
    const antiAbuseHash = proofOf([connectionId, tenantLookupIdentifier, inviteId, applicationId], proofTimeMs())
    const whole = { antiAbuseHash, ...sent }
    const response =
      origin === undefined
        ? await handler(jsonRequest(`${publicUrl}/api/authentication`, whole, headers), undefined)
        : await browser.script(origin, 'POST', '/api/authentication', { body: whole, headers, credentials })
    return { response, answer: await response.json(), codeVerifier, redirectUrl, origin }
  }

  /** The provider's address: from the vault's own page, unless the SDK was told it at once. */
  const toProvider = async (browser: LoginBrowser, url: string): Promise<string> => {
    if (!url.startsWith(`${publicUrl}/`)) return url
    const onward = await browser.navigate(url, 'same-site')
    const location = onward.headers.get('location')
    if (location === null) throw new Error(`The page answered ${onward.status}: ${textOf(await onward.text())}`)
    return location
  }

  return {
    vault,
    login,
    handler,
    store,
    provider,
    otherProvider,
    publicUrl,
    logLines,
    browser: () => loginBrowser(handler, publicUrl),
    advance: (ms) => {
      offsetMs += ms
    },
    authenticate,
    async consent(browser, authenticationUrl, as = 'alice', { deny = false } = {}) {
      return browser.navigate(await consentByHttp(await toProvider(browser, authenticationUrl), { login: as, deny }))
    },
    wayBackOf(html) {
      const hrefs = [...html.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&#38;', '&'))
      if (hrefs.length !== 1) throw new Error(`The page has ${hrefs.length} links: ${html}`)
      return new URL(hrefs[0] ?? '')
    },
    async signIn(browser, { as = 'alice', ...asking } = {}) {
      const asked = await authenticate(browser, asking)
      const callbackUrl = await consentByHttp(await toProvider(browser, asked.answer.authenticationUrl), { login: as })
      const callback = await browser.navigate(callbackUrl)
      const location = callback.headers.get('location')
      if (location === null) throw new Error(`The callback ended with ${callback.status}: ${textOf(await callback.text())}`)
      return { asked, callback, callbackUrl, page: new URL(location) }
    },
    redeem(browser, asked, code, changes = {}) {
      const requestId = asked.answer.authenticationRequestId
      const sent = {
        grant_type: 'authorization_code',
        redirect_uri: asked.redirectUrl,
        client_id: APP,
        code,
        code_verifier: asked.codeVerifier,
        requestId,
        ...changes,
      }
      const { requestId: path, ...body } = sent
      const whole = { antiAbuseHash: proofOf([body.client_id, path, body.code], proofTimeMs()), ...body }
      return browser.script(asked.origin ?? APP_URL, 'POST', `/api/authentication/${path}/tokens`, { body: whole })
    },
    async close() {
      await vault.close()
      await Promise.all([provider.close(), otherProvider.close()])
    },
  }
}

/** The proof of work of the published SDK over these values. */
export function proofOf(values: readonly (string | undefined)[], timeMs: number): string {
  const text = values.filter(Boolean).join('|')
  for (let counter = 1; ; counter += 1) {
    const hash = sha256(`${timeMs};${counter};${text}`)
    if (hash.startsWith('00')) return `v2;${timeMs};${counter};${hash}`
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** As the SDK makes one: numbers with commas between them, in base64url. */
function sdkVerifier(): string {
  return Buffer.from(crypto.getRandomValues(new Uint32Array(16)).toString()).toString('base64url')
}

/** What a person reads on a page. */
function textOf(html: string): string {
  return (/<main>(.*)<\/main>/s.exec(html)?.[1] ?? html).replace(/<[^>]*>/g, ' ')
}

function jsonRequest(url: string, body: object, headers: Readonly<Record<string, string>>): Request {
  return new Request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
}

/** No wait ends by itself: nothing of these tests waits. */
function sleepUntilAborted(_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
