import { parseClaimExpression, unknownFields, VaultError } from '@holdfast/vault-core'
import { type ParsedApplication, parseApplication } from './applications/parse-application.js'
import { parseOrigin } from './applications/redirect-rules.js'
import type { ClaimExpressions, ResolveUser } from './identities/claim-mapping.js'
import type { LoginOptions } from './login.js'

export interface LoginSettings {
  readonly issuer: string
  readonly applications: readonly ParsedApplication[]
  readonly claims: ReadonlyMap<string, ClaimExpressions>
  readonly resolveUser: ResolveUser | undefined
  readonly signingKeyLifetimeMs: number
}

const KNOWN: readonly (keyof LoginOptions)[] = ['vault', 'publicUrl', 'applications', 'resolveUser', 'claims', 'signingKeyLifetimeS']
const DAY_S = 86_400
const CLAIM_FIELDS: readonly string[] = ['userId', 'name', 'email', 'picture']

/** @throws {VaultError} `invalid_configuration`, naming every bad option. */
export function parseLoginOptions(options: LoginOptions): LoginSettings {
  const { publicUrl, applications: inputs, resolveUser, claims = {}, signingKeyLifetimeS = 90 * DAY_S } = options
  const fields = new Map(Object.entries(unknownFields(options, KNOWN, 'login')))
  const complain = (field: string, problem: string): void => void fields.set(field, problem)

  const issuer = parseOrigin(typeof publicUrl === 'string' ? publicUrl.replace(/\/$/, '') : publicUrl)
  if (issuer === undefined)
    complain('publicUrl', 'must be an https origin (http on loopback only) without a path, https://login.example.com')
  if (!Array.isArray(inputs) || inputs.length === 0) complain('applications', 'must name at least one application')
  const applications = (Array.isArray(inputs) ? inputs : []).map((input, index) =>
    parseApplication(input ?? {}, (field, problem) => complain(`applications[${index}].${field}`, problem)),
  )
  const ids = applications.map(({ application }) => application.applicationId)
  if (new Set(ids).size < ids.length) complain('applications', 'must have an id of its own each')
  if (resolveUser !== undefined && typeof resolveUser !== 'function') complain('resolveUser', 'must be a function')
  for (const [connectionId, expressions] of Object.entries(claims)) {
    for (const [field, expression] of Object.entries(expressions ?? {})) {
      const path = `claims.${connectionId}.${field}`
      if (!CLAIM_FIELDS.includes(field)) complain(path, `is unknown; expressions are for ${CLAIM_FIELDS.join(', ')}`)
      else if (expression !== undefined && !parseClaimExpression(expression)) complain(path, 'must name claims in braces, `{sub}` for one')
    }
  }
  if (!Number.isInteger(signingKeyLifetimeS) || signingKeyLifetimeS < 3_600 || signingKeyLifetimeS > 3_650 * DAY_S) {
    complain('signingKeyLifetimeS', 'must be whole seconds, from an hour to ten years')
  }
  if (fields.size > 0 || issuer === undefined) throw wrongOptions(fields)
  return {
    issuer,
    applications,
    claims: new Map(Object.entries(claims)),
    resolveUser,
    signingKeyLifetimeMs: signingKeyLifetimeS * 1_000,
  }
}

function wrongOptions(fields: ReadonlyMap<string, string>): VaultError {
  const list = [...fields].map(([field, problem]) => `\`${field}\` ${problem}`).join('; ')
  return new VaultError('invalid_configuration', `The login's options are wrong: ${list}.`, { fields: Object.fromEntries(fields) })
}
