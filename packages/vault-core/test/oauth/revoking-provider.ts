import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionInput, ProviderRevocation } from '../../src/index.js'

/** A real HTTP server that issues tokens, and revokes them as four providers do: each in a way of its own, and each refusing any other request. */
export interface RevokingProvider {
  readonly origin: string
  /** What came to the revocation paths: `POST /slack/api/auth.revoke 200`. */
  readonly revocations: string[]
  /** Grants that nobody has ended. */
  liveGrants(): number
  endAccessTokens(): void
  /** The next request to a revocation path is answered so. */
  failNext(status: number, headers?: Record<string, string>): void
  close(): Promise<void>
}

const CLIENT = { clientId: 'client-1', clientSecret: 'canary-client-secret' }

/** Connections to it, each with the words that its documentation would have. */
export function connectionTo(origin: string, way: Way): ConnectionInput {
  return {
    connectionId: way,
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    ...CLIENT,
    revocation: WAYS[way](origin),
  }
}

type Way = 'slack' | 'github' | 'facebook' | 'google'

export const WAYS: Readonly<Record<Way, (origin: string) => ProviderRevocation>> = {
  slack: (origin: string) => ({
    url: `${origin}/slack/api/auth.revoke`,
    tokens: 'access_token',
    token: { in: 'bearer' },
    successField: 'ok',
    unknownToken: ['invalid_auth', 'token_revoked', 'token_expired'],
  }),
  github: (origin: string) => ({
    url: `${origin}/github/applications/${CLIENT.clientId}/grant`,
    method: 'DELETE',
    tokens: 'access_token',
    token: { in: 'json', name: 'access_token' },
    headers: { 'user-agent': 'vault-test', accept: 'application/vnd.github+json' },
    unknownToken: [404, 422],
  }),
  facebook: (origin: string) => ({
    url: `${origin}/facebook/v23.0/me/permissions`,
    method: 'DELETE',
    tokens: 'access_token',
    token: { in: 'bearer' },
    unknownToken: ['190'],
  }),
  google: (origin: string) => ({ url: `${origin}/google/revoke`, token: { in: 'form', name: 'token' }, clientAuthentication: 'omit' }),
}

interface Grant {
  accessToken: string | undefined
  refreshToken: string
}

export async function revokingProvider(): Promise<RevokingProvider> {
  const grants = new Set<Grant>()
  const revocations: string[] = []
  const faults: { readonly status: number; readonly headers: Record<string, string> }[] = []
  let issued = 0

  const issue = (grant: Grant): object => {
    issued += 1
    grant.accessToken = `canary-access-${issued}`
    grant.refreshToken = `canary-refresh-${issued}`
    grants.add(grant)
    return { access_token: grant.accessToken, refresh_token: grant.refreshToken, token_type: 'Bearer', expires_in: 28_800 }
  }
  const end = (token: string | undefined): boolean => {
    const grant = [...grants].find(({ accessToken, refreshToken }) => token === accessToken || token === refreshToken)
    return token !== undefined && grant !== undefined && grants.delete(grant)
  }

  const answerTo = (request: IncomingMessage, body: string): readonly [number, unknown] => {
    const { method, url, headers } = request
    const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body) : undefined
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
    const isClient = headers.authorization === `Basic ${btoa(`${CLIENT.clientId}:${CLIENT.clientSecret}`)}`
    switch (`${method} ${url}`) {
      case 'POST /token': {
        if (!isClient) return [401, { error: 'invalid_client' }]
        if (form?.get('grant_type') === 'authorization_code') return [200, issue({ accessToken: undefined, refreshToken: '' })]
        const grant = [...grants].find(({ refreshToken }) => refreshToken === form?.get('refresh_token'))
        return grant ? [200, issue(grant)] : [400, { error: 'invalid_grant' }]
      }
      case 'POST /slack/api/auth.revoke':
        if (!bearer || body !== '') return [200, { ok: false, error: 'not_authed' }]
        return [200, end(bearer) ? { ok: true, revoked: true } : { ok: false, error: 'invalid_auth' }]
      case `DELETE /github/applications/${CLIENT.clientId}/grant`: {
        if (!headers['user-agent'] || headers['user-agent'] === 'node')
          return [403, { message: 'Request forbidden by administrative rules.' }]
        if (!isClient) return [401, { message: 'Requires authentication' }]
        if (headers['content-type'] !== 'application/json') return [400, { message: 'Problems parsing JSON' }]
        const { access_token: token, ...rest } = JSON.parse(body) as { access_token?: string }
        if (Object.keys(rest).length > 0 || !end(token)) return [404, { message: 'Not Found' }]
        return [204, undefined]
      }
      case 'DELETE /facebook/v23.0/me/permissions':
        if (body !== '') return [400, { error: { message: 'Unsupported delete request.', type: 'GraphMethodException', code: 100 } }]
        return end(bearer) ? [200, { success: true }] : [400, { error: { message: 'Bad token', type: 'OAuthException', code: 190 } }]
      case 'POST /google/revoke':
        if (headers.authorization || !form || [...form.keys()].join() !== 'token') return [400, { error: 'invalid_request' }]
        return end(form.get('token') ?? undefined) ? [200, {}] : [400, { error: 'invalid_token' }]
      default:
        return [404, { error: 'not_found' }]
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const isRevocation = request.url !== '/token'
    const fault = isRevocation ? faults.shift() : undefined
    const [status, answer] = fault ? [fault.status, {}] : answerTo(request, Buffer.concat(chunks).toString())
    if (isRevocation) revocations.push(`${request.method} ${request.url} ${status}`)
    response.writeHead(status, { 'content-type': 'application/json', ...fault?.headers })
    response.end(answer === undefined ? undefined : JSON.stringify(answer))
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    revocations,
    liveGrants: () => grants.size,
    endAccessTokens() {
      for (const grant of grants) grant.accessToken = undefined
    },
    failNext: (status, headers = {}) => void faults.push({ status, headers }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
