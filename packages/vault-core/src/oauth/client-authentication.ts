import * as oauth from 'oauth4webapi'
import { randomToken } from '../crypto/random-token.js'
import { signJwt } from '../crypto/sign-jwt.js'
import { VaultError } from '../errors.js'
import { isByCertificate } from '../model/client-authentication-method.js'
import type { ClientAuthenticationMethod, Connection } from '../model/connection.js'
import { hmacSecretProblem } from '../model/hmac-secret.js'
import { readPrivateKey } from '../model/private-key.js'
import type { ProviderHooks } from '../model/provider-hooks.js'
import { clockSkewS, importSigningKey, type Runtime } from '../runtime.js'

/** The application as oauth4webapi wants it; its clock is the injected one. */
export function clientOf(connection: Connection, runtime: Runtime): oauth.Client {
  return {
    client_id: connection.clientId,
    use_mtls_endpoint_aliases: isByCertificate(connection.clientAuthentication),
    [oauth.clockSkew]: clockSkewS(runtime.clock),
    [oauth.clockTolerance]: CLOCK_TOLERANCE_S,
  }
}

/** How far a provider's clock may be off, in seconds. */
export const CLOCK_TOLERANCE_S = 60

/**
 * How the application proves who it is at the token and revocation endpoints.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749, section 2.3}
 */
export async function clientAuthenticationOf(
  connection: Connection,
  runtime: Runtime,
  method: ClientAuthenticationMethod = connection.clientAuthentication,
): Promise<oauth.ClientAuth> {
  const { clientSecret, privateKey, quirks } = connection
  if (quirks.hooks?.buildClientAuthentication && method === connection.clientAuthentication)
    return builtAuthentication(quirks.hooks.buildClientAuthentication, connection, runtime)
  switch (method) {
    case 'client_secret_basic':
      return clientSecretBasic(required(clientSecret, 'clientSecret').reveal())
    case 'client_secret_post':
      return oauth.ClientSecretPost(required(clientSecret, 'clientSecret').reveal())
    case 'client_secret_jwt':
      return clientSecretJwt(required(clientSecret, 'clientSecret').reveal(), connection, runtime)
    case 'private_key_jwt':
      return privateKeyJwt(required(privateKey, 'privateKey').reveal(), connection, runtime)
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return oauth.TlsClientAuth()
    case 'none':
      return oauth.None()
  }
}

/**
 * Form-encodes id and secret before they go into the header (RFC 6749, section 2.3.1). oauth4webapi's own encodes `-`, `.`
 * and `_` as well, and that breaks at the many servers which compare without decoding.
 */
function clientSecretBasic(secret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${formEncode(client.client_id)}:${formEncode(secret)}`)}`)
  }
}

/** RFC 6749, appendix B: `application/x-www-form-urlencoded` of UTF-8. */
export function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

async function privateKeyJwt(text: string, connection: Connection, runtime: Runtime): Promise<oauth.ClientAuth> {
  const { key, kid } = await importedKey(text, connection)
  return oauth.PrivateKeyJwt(kid === undefined ? key : { key, kid }, assertionOptions(connection, runtime))
}

/** By HS256. @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication OpenID Connect Core, section 9} */
function clientSecretJwt(secret: string, connection: Connection, runtime: Runtime): oauth.ClientAuth {
  const problem = hmacSecretProblem(secret)
  if (problem !== undefined)
    throw new VaultError('invalid_configuration', `The client secret of a connection ${problem}.`, { fields: { clientSecret: problem } })
  return oauth.ClientSecretJwt(secret, assertionOptions(connection, runtime))
}

function assertionOptions(connection: Connection, runtime: Runtime): oauth.ModifyAssertionOptions {
  return {
    [oauth.modifyAssertion]: (_header, payload) => {
      payload.jti = randomToken(runtime.random, 32)
      // RFC 7523, section 3: where no issuer is known, the token endpoint names the server.
      if (connection.issuer === undefined && connection.endpoints.token !== undefined) payload.aud = connection.endpoints.token
    },
  }
}

/** The provider's own way. What a hook returns goes into the message and nowhere else. */
function builtAuthentication(
  build: NonNullable<ProviderHooks['buildClientAuthentication']>,
  connection: Connection,
  runtime: Runtime,
): oauth.ClientAuth {
  return async (_server, _client, body, headers) => {
    const { clientId, clientSecret, tags = {} } = connection
    const { parameters = {}, headers: ownHeaders = {} } = await build({
      clientId,
      clientSecret,
      tags,
      nowS: Math.floor(runtime.clock.now() / 1000),
      randomId: randomToken(runtime.random, 32),
      signJwt: async (payload, header = {}) => {
        const { key, kid } = await signingKeyOf(connection)
        return signJwt(key, { ...(kid !== undefined && { kid }), ...header }, payload)
      },
    })
    body.set('client_id', clientId)
    for (const [name, value] of Object.entries(parameters)) body.set(name, value)
    for (const [name, value] of Object.entries(ownHeaders)) headers.set(name, value)
  }
}

/** The connection's private key, imported to sign with. @throws {VaultError} `invalid_configuration`. */
export function signingKeyOf(connection: Connection): Promise<oauth.PrivateKey> {
  return importedKey(required(connection.privateKey, 'privateKey').reveal(), connection)
}

const importedKeys = new WeakMap<Connection, Promise<oauth.PrivateKey>>()

function importedKey(text: string, connection: Connection): Promise<oauth.PrivateKey> {
  let imported = importedKeys.get(connection)
  if (!imported) {
    imported = importKey(text)
    importedKeys.set(connection, imported)
  }
  return imported
}

async function importKey(text: string): Promise<oauth.PrivateKey> {
  const read = readPrivateKey(text)
  if ('problem' in read) throw unusableKey()
  try {
    const key = await importSigningKey(read, read.algorithm)
    return read.kid === undefined ? { key } : { key, kid: read.kid }
  } catch {
    // The cause is left out: it is about the key.
    throw unusableKey()
  }
}

function unusableKey(): VaultError {
  return new VaultError(
    'invalid_configuration',
    'The private key of a connection cannot be imported. Give a PKCS#8 PEM or a private JWK of RSA, P-256, P-384, P-521 or Ed25519.',
    {
      fields: { privateKey: 'cannot be imported' },
    },
  )
}

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined)
    throw new VaultError('invalid_configuration', `A connection lacks \`${field}\`, which its client authentication needs.`, {
      fields: { [field]: 'is missing' },
    })
  return value
}
