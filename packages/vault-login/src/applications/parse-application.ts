import type { Application, ApplicationInput } from './application.js'
import { parseOrigin, parseRedirectRule, type RedirectRule } from './redirect-rules.js'

export interface ParsedApplication {
  readonly application: Application
  readonly redirectRules: readonly RedirectRule[]
}

const DAY_S = 86_400
/** Browsers keep no cookie for longer. */
const MAX_SESSION_S = 400 * DAY_S

/** Reads an application; what is wrong with it is told by field. */
export function parseApplication(input: ApplicationInput, complain: (field: string, problem: string) => void): ParsedApplication {
  const { applicationId, name = applicationId, redirectUrls, origins = [], offeredConnections, tokenVisibleToScripts = true } = input
  if (typeof applicationId !== 'string' || !/^[A-Za-z0-9_.:-]{1,64}$/.test(applicationId) || /^(?:sc_|ext_)/.test(applicationId)) {
    complain('applicationId', 'must be 1 to 64 letters, digits, `_`, `-`, `.` or `:`, and not begin with `sc_` or `ext_`')
  }
  if (typeof name !== 'string' || name.trim() === '' || name.length > 128) complain('name', 'must be text of 1 to 128 characters')
  if (!Array.isArray(redirectUrls) || redirectUrls.length === 0) complain('redirectUrls', 'must name at least one URL')
  const redirectRules = listOf(redirectUrls).flatMap((url) => {
    const rule = parseRedirectRule(url)
    if (!rule) complain('redirectUrls', 'must hold https URLs (http on loopback only) without user, query and fragment')
    return rule ? [rule] : []
  })
  const further = listOf(origins).flatMap((text) => {
    const origin = parseOrigin(text)
    if (!origin) complain('origins', 'must hold exact origins, such as https://app.example.com')
    return origin ? [origin] : []
  })
  if (offeredConnections !== undefined && !isListOfIds(offeredConnections)) complain('offeredConnections', 'must list ids of connections')
  if (typeof tokenVisibleToScripts !== 'boolean') complain('tokenVisibleToScripts', 'must be true or false')
  const seconds = (
    field: 'accessTokenLifetimeS' | 'sessionIdleLifetimeS' | 'sessionLifetimeS',
    byDefault: number,
    most: number,
  ): number => {
    const value = input[field] ?? byDefault
    if (!Number.isInteger(value) || value < 60 || value > most) {
      complain(field, `must be whole seconds, 60 to ${most.toLocaleString('en')}`)
    }
    return value
  }
  return {
    application: Object.freeze({
      applicationId,
      name,
      redirectUrls: Object.freeze([...listOf(redirectUrls)]),
      origins: Object.freeze([...new Set([...redirectRules.map(({ origin }) => origin), ...further])]),
      offeredConnections: offeredConnections && Object.freeze([...listOf(offeredConnections)]),
      accessTokenLifetimeS: seconds('accessTokenLifetimeS', 3_600, DAY_S),
      sessionIdleLifetimeS: seconds('sessionIdleLifetimeS', 30 * DAY_S, MAX_SESSION_S),
      sessionLifetimeS: seconds('sessionLifetimeS', 90 * DAY_S, MAX_SESSION_S),
      tokenVisibleToScripts,
    }),
    redirectRules,
  }
}

function isListOfIds(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' && id !== '')
}

function listOf<T>(value: readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : []
}
