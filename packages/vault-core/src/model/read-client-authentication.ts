import { CLIENT_AUTHENTICATION_METHODS, type ClientAuthenticationMethod, isByCertificate } from './client-authentication-method.js'
import { hasControlCharacter } from './connection-properties.js'
import { hmacSecretProblem } from './hmac-secret.js'
import { readPrivateKey } from './private-key.js'
import type { ProviderHooks } from './provider-hooks.js'

export interface ReadClientAuthentication {
  readonly method: ClientAuthenticationMethod
  /** What is wrong, by field; never with a secret in it. */
  readonly problems: ReadonlyMap<string, string>
}

/** Reads `clientAuthentication`, `clientSecret` and `privateKey` of a connection, which have to fit together. */
export function readClientAuthentication(fields: ReadonlyMap<string, unknown>): ReadClientAuthentication {
  const problems = new Map<string, string>()
  const stated = fields.get('clientAuthentication')
  const hasSecret = fields.get('clientSecret') !== undefined
  const hasKey = fields.get('privateKey') !== undefined
  const method =
    CLIENT_AUTHENTICATION_METHODS.find((known) => known === stated) ??
    (hasKey ? 'private_key_jwt' : hasSecret ? 'client_secret_basic' : 'none')

  if (hasSecret) note(problems, 'clientSecret', secretProblem(fields.get('clientSecret')))
  if (hasKey) note(problems, 'privateKey', privateKeyProblem(fields.get('privateKey')))
  note(problems, 'hooks', certificateProblem(method, fields.get('hooks')))
  // The hook says which of them it needs.
  const grantType = typeOf(fields.get('grant'))
  if (stated === undefined && grantType === 'jwt_bearer') return { method: hasSecret ? 'client_secret_basic' : 'none', problems }
  if (stated === undefined && hasHook(fields.get('hooks'), 'buildClientAuthentication')) return { method, problems }
  if (stated !== undefined && stated !== method) {
    note(problems, 'clientAuthentication', `must be one of ${CLIENT_AUTHENTICATION_METHODS.map((known) => `\`${known}\``).join(', ')}`)
    return { method, problems }
  }
  if (stated === undefined) {
    // `clientSecret: process.env.…` that is not set must not turn the connection into a public client in silence.
    for (const field of ['clientSecret', 'privateKey']) {
      if (fields.has(field) && fields.get(field) === undefined) {
        note(problems, field, 'is undefined: is the environment variable set? A public client leaves the field out')
      }
    }
    if (hasSecret && hasKey) note(problems, 'clientAuthentication', 'is needed when both `clientSecret` and `privateKey` are given')
    return { method, problems }
  }
  const usesSecret = method.startsWith('client_secret_')
  if (usesSecret && !hasSecret) note(problems, 'clientSecret', `is missing: \`${method}\` needs it`)
  if (!usesSecret && hasSecret) note(problems, 'clientSecret', `is given, but \`${method}\` does not use it: leave it out`)
  if (method === 'client_secret_jwt' && hasSecret) note(problems, 'clientSecret', hmacSecretProblem(fields.get('clientSecret')))
  if (method === 'private_key_jwt' && !hasKey) note(problems, 'privateKey', 'is missing: `private_key_jwt` needs it')
  // The assertion of that grant is signed with it.
  const usesKey = method === 'private_key_jwt' || grantType === 'jwt_bearer'
  if (!usesKey && hasKey) note(problems, 'privateKey', `is given, but \`${method}\` does not use it: leave it out`)
  return { method, problems }
}

function typeOf(grant: unknown): unknown {
  return typeof grant === 'object' && grant !== null && 'type' in grant ? grant.type : undefined
}

function hasHook(hooks: unknown, name: keyof ProviderHooks): boolean {
  return typeof hooks === 'object' && hooks !== null && Reflect.get(hooks, name) !== undefined
}

/** The certificate, and its key, stay with who opens the socket. */
function certificateProblem(method: ClientAuthenticationMethod, hooks: unknown): string | undefined {
  const isGiven = hasHook(hooks, 'fetchWithCertificate')
  if (isByCertificate(method) === isGiven) return undefined
  return isGiven
    ? 'has `fetchWithCertificate`, which only `tls_client_auth` and `self_signed_tls_client_auth` use'
    : `lacks \`fetchWithCertificate\`, a \`fetch\` that shows the certificate: \`${method}\` needs it`
}

function note(problems: Map<string, string>, field: string, problem: string | undefined): void {
  if (problem !== undefined && !problems.has(field)) problems.set(field, problem)
}

function secretProblem(secret: unknown): string | undefined {
  if (typeof secret !== 'string' || secret === '') return 'must be a string that is not empty; a public client leaves it out'
  if (secret.length > 4096) return 'must be at most 4096 characters long'
  if (secret !== secret.trim()) return 'begins or ends with white space, such as the line end of a file: trim it'
  return hasControlCharacter(secret) || !secret.isWellFormed() ? 'must not contain control characters or ill-formed Unicode' : undefined
}

function privateKeyProblem(key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return 'must be a string: PKCS#8 PEM or a private JWK as JSON'
  if (key.length > 65_536) return 'must be at most 65536 characters long'
  const read = readPrivateKey(key)
  return 'problem' in read ? read.problem : undefined
}
