import { createHash, randomBytes } from 'node:crypto'
import { consentByHttp } from '@holdfast/demo-provider'
import { type Child, startChild } from '../child-process.ts'
import type { ProviderAnswers } from './provider.process.ts'

/** A real authorization server, in a process of its own. */
export interface RunningProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The latency of token requests from now on. */
  delay(latencyMs: number): Promise<void>
  /** Requests for refreshes so far. */
  refreshes(): Promise<number>
  /** A user consents: the tokens of a new grant. */
  newGrant(): Promise<Tokens>
  /** One refresh, without any library: undefined when the provider refuses. */
  refresh(refreshToken: string): Promise<Tokens | undefined>
  /** Whether its API takes the token. */
  takes(accessToken: string): Promise<boolean>
  close(): Promise<void>
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInS: number
}

const REDIRECT_URI = 'http://127.0.0.1:4999/callback'
/** `profile` is what MSAL asks for always. */
const SCOPE = 'openid profile offline_access files.read'

/** @param settings.latencyMs - Before each token request is processed. */
export async function startProvider(settings: { readonly latencyMs: number; readonly accessTokenTtlS: number }): Promise<RunningProvider> {
  const child: Child<ProviderAnswers> = startChild(new URL('provider.process.ts', import.meta.url))
  const { issuer, clientId, clientSecret, apiUrl } = await child.ask('start', settings)
  const requestToken = async (parameters: Readonly<Record<string, string>>): Promise<Tokens | undefined> => {
    const body = new URLSearchParams({ ...parameters, client_id: clientId, client_secret: clientSecret })
    const response = await fetch(`${issuer}/token`, { method: 'POST', body })
    if (!response.ok) return undefined
    const { access_token, refresh_token, expires_in } = JSON.parse(await response.text())
    return { accessToken: access_token, refreshToken: refresh_token, expiresInS: expires_in }
  }
  return {
    issuer,
    clientId,
    clientSecret,
    delay: (latencyMs) => child.ask('delay', latencyMs),
    refreshes: () => child.ask('refreshes'),
    refresh: (refreshToken) => requestToken({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    takes: async (accessToken) => (await fetch(`${apiUrl}files`, { headers: { authorization: `Bearer ${accessToken}` } })).ok,
    async newGrant() {
      const verifier = randomBytes(32).toString('base64url')
      const url = new URL(`${issuer}/auth`)
      url.search = String(
        new URLSearchParams({
          client_id: clientId,
          response_type: 'code',
          redirect_uri: REDIRECT_URI,
          scope: SCOPE,
          prompt: 'consent',
          code_challenge: createHash('sha256').update(verifier).digest('base64url'),
          code_challenge_method: 'S256',
        }),
      )
      const code = new URL(await consentByHttp(url.href)).searchParams.get('code') ?? ''
      const tokens = await requestToken({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier })
      if (!tokens) throw new Error('The provider did not take the code.')
      return tokens
    },
    close: () => child.end(),
  }
}
