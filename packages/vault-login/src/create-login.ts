import { extensionOf } from '@holdfast/vault-core'
import { createApplications } from './applications/applications.js'
import { createLoginCodes } from './codes/login-codes.js'
import { createClaimMapping } from './identities/claim-mapping.js'
import { createIdentities } from './identities/identities.js'
import type { Login, LoginOptions } from './login.js'
import { parseLoginOptions } from './parse-login-options.js'
import { createAuthenticationRequests } from './requests/authentication-requests.js'
import { createProofsOfWork } from './requests/proofs-of-work.js'
import { createSealedJson } from './sealed-json.js'
import { createSessions } from './sessions/sessions.js'
import { createSigningKeyStore } from './tokens/signing-key-store.js'
import { createSigningKeys } from './tokens/signing-keys.js'
import { createUserTokens } from './tokens/user-tokens.js'

/**
 * Makes sign-in through a vault's connections: wires the parts. Several processes over one store behave as one.
 *
 * @throws {VaultError} `invalid_configuration`, naming every bad option.
 * @example
 * ```ts
 * const login = createLogin({
 *   vault,
 *   publicUrl: 'https://login.example.com',
 *   applications: [{ applicationId: 'app_default', redirectUrls: ['https://app.example.com'] }],
 * })
 * ```
 */
export function createLogin(options: LoginOptions): Login {
  const { issuer, applications: parsed, claims, resolveUser, signingKeyLifetimeMs } = parseLoginOptions(options)
  const { vault } = options
  const extension = extensionOf(vault)
  const { clock, random } = extension.runtime
  const sealed = createSealedJson(extension.sealer)

  const applications = createApplications(parsed)
  const sessions = createSessions({ extension, sealed, applications })
  const mappingOf = createClaimMapping({ connections: vault.connections, claims })
  const identities = createIdentities({ extension, vault, sealed, mappingOf, resolveUser })
  const store = createSigningKeyStore({ extension, sealed })
  const keys = createSigningKeys({ store, clock, random, lifetimeMs: signingKeyLifetimeMs })

  extension.onForgetUser(async (userId) => {
    await identities.forget(userId)
    await sessions.endAll(userId)
  })

  return {
    issuer,
    applications,
    requests: createAuthenticationRequests({ sealed, clock }),
    proofs: createProofsOfWork(extension),
    codes: createLoginCodes({ extension, sealed, sessions }),
    identities,
    sessions,
    tokens: createUserTokens({ extension, issuer, applications, sessions, keys, profileOf: identities.profileOf }),
  }
}
