import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { Glewlwyd } from '../../../../vitest.glewlwyd.ts'

export const REDIRECT_URI = 'http://127.0.0.1/callback'

/** An application, as it is registered. */
export interface RegisteredClient {
  readonly clientId: string
  /** Undefined for one that has none. */
  readonly clientSecret: string | undefined
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none'
}

export interface SecondServer {
  readonly issuer: string
  /** The user signs in and allows these scopes, as on its pages; returns the callback's URL. */
  consent(authorizationUrl: string, clientId: string, scopes: readonly string[]): Promise<string>
  /** Whether it says that the token lives. */
  isActive(token: string, client: RegisteredClient): Promise<boolean>
  close(): Promise<void>
}

const [ADMIN, USER] = [
  { username: 'admin', password: 'password' },
  { username: 'ada', password: 'a-password-of-the-tests' },
]

/** Starts a throwaway glewlwyd over a database of its own, with one user, and these applications. Its access tokens last 3 s, its refresh tokens one use. */
export async function startGlewlwyd({ program, tables }: Glewlwyd, clients: readonly RegisteredClient[]): Promise<SecondServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-glewlwyd-'))
  const database = new DatabaseSync(join(folder, 'glewlwyd.db'))
  database.exec(readFileSync(tables, 'utf8'))
  database.close()
  const origin = `http://localhost:${await freePort()}`
  const configuration = join(folder, 'glewlwyd.conf')
  writeFileSync(configuration, configurationOf(origin, folder))
  const server = spawn(program, ['-c', configuration], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => output.push(String(text)))

  const close = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await listening(origin, () => server.exitCode !== null)
    const issuer = `${origin}/api/oidc`
    const admin = await signedIn(origin, ADMIN)
    await admin('POST', '/api/mod/plugin/', { module: 'oidc', name: 'oidc', display_name: 'OpenID Connect', parameters: pluginOf(issuer) })
    for (const name of ['files', 'mail'])
      await admin('POST', '/api/scope/', { name, display_name: name, password_required: true, password_max_age: 0, scheme: {} })
    await admin('POST', '/api/user/?source=database', {
      ...USER,
      name: 'Ada',
      email: 'ada@example.com',
      scope: ['g_profile', 'openid', 'files', 'mail'],
      enabled: true,
    })
    for (const client of clients) await admin('POST', '/api/client/?source=database', registrationOf(client))
    return {
      issuer,
      close,
      async consent(authorizationUrl, clientId, scopes) {
        const ada = await signedIn(origin, USER)
        await ada('PUT', `/api/auth/grant/${clientId}`, { scope: scopes.join(' ') })
        const url = new URL(authorizationUrl)
        url.searchParams.set('g_continue', '')
        const answer = await ada('GET', url.href.slice(origin.length))
        return answer.headers.get('location') ?? ''
      },
      async isActive(token, { clientId, clientSecret }) {
        const response = await fetch(`${issuer}/introspect`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
          body: new URLSearchParams({ token }),
        })
        const { active }: { active?: boolean } = JSON.parse(await response.text())
        return active === true
      },
    }
  } catch (error) {
    await close()
    throw new Error(`glewlwyd did not start:\n${output.join('').slice(-2_000)}`, { cause: error })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('There is no port.')
  return address.port
}

async function listening(origin: string, hasEnded: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !hasEnded(); tries++) {
    const isThere = await fetch(`${origin}/config`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) return
    await delay(100)
  }
  throw new Error('It does not answer.')
}

/** What its own pages call, as whoever signs in. */
async function signedIn(origin: string, who: object): Promise<(method: string, path: string, body?: object) => Promise<Response>> {
  let cookie = ''
  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(origin + path, {
      method,
      redirect: 'manual',
      headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (response.status >= 400) throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`)
    cookie =
      response.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ') || cookie
    return response
  }
  await call('POST', '/api/auth/', who)
  return call
}

function configurationOf(origin: string, folder: string): string {
  const modules = '/usr/lib/glewlwyd'
  return `
port=${new URL(origin).port}
bind_address="127.0.0.1"
external_url="${origin}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_secure=0
cookie_same_site="empty"
session_expiration=3600
session_key="SESSION"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
allow_multiple_user_per_session=true
login_api_enabled=true
max_post_size=1048576
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${modules}/user"
client_module_path="${modules}/client"
user_auth_scheme_module_path="${modules}/scheme"
plugin_module_path="${modules}/plugin"
use_secure_connection=false
secure_connection_key_file="${folder}/none"
secure_connection_pem_file="${folder}/none"
secure_connection_ca_file="${folder}/none"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "${folder}/glewlwyd.db"; };
`
}

function pluginOf(issuer: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    iss: issuer,
    'jwt-type': 'rsa',
    'jwt-key-size': '256',
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: publicKey.export({ type: 'spki', format: 'pem' }),
    'access-token-duration': 3,
    'refresh-token-duration': 1_209_600,
    'code-duration': 60,
    'refresh-token-rolling': true,
    'refresh-token-one-use': 'always',
    'allow-non-oidc': true,
    'auth-type-code-enabled': true,
    'auth-type-code-revoke-replayed': true,
    'auth-type-token-enabled': false,
    'auth-type-id-token-enabled': true,
    'auth-type-password-enabled': false,
    'auth-type-client-enabled': true,
    'auth-type-device-enabled': false,
    'auth-type-refresh-enabled': true,
    scope: [],
    'additional-parameters': [],
    claims: [],
    'jwks-show': true,
    'pkce-allowed': true,
    'pkce-method-plain-allowed': false,
    'pkce-required': true,
    'introspection-revocation-allowed': true,
    'introspection-revocation-allow-target-client': true,
    'introspection-revocation-auth-scope': [],
    'subject-type': 'public',
  }
}

function registrationOf({ clientId, clientSecret, method }: RegisteredClient): object {
  return {
    client_id: clientId,
    name: clientId,
    confidential: clientSecret !== undefined,
    ...(clientSecret !== undefined && { password: clientSecret }),
    redirect_uri: [REDIRECT_URI],
    authorization_type: ['code', 'refresh_token', 'delete_token', 'client_credentials'],
    token_endpoint_auth_method: [method],
    scope: ['files'],
    enabled: true,
  }
}
