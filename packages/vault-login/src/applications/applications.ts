import type { Application } from './application.js'
import type { ParsedApplication } from './parse-application.js'
import { allowRedirect } from './redirect-rules.js'

/** The applications whose users sign in through the vault. */
export interface Applications {
  find(applicationId: string): Application | undefined
  /**
   * Reads where a user is to be sent, and allows it by origin and path prefix of the parsed URL.
   *
   * @param url - Absolute. Query and fragment may be anything.
   * @returns The URL in its normal form, or undefined when the application did not register it.
   */
  allowsRedirect(application: Application, url: string): URL | undefined
  originsOf(application: Application): readonly string[]
  /** Whether scripts of this origin may call for this application. */
  isOriginOf(application: Application, origin: string): boolean
  /** Whether scripts of this origin may call for any application. */
  allowsOrigin(origin: string): boolean
}

export function createApplications(parsed: readonly ParsedApplication[]): Applications {
  const byId = new Map(parsed.map((each) => [each.application.applicationId, each]))
  const allOrigins = new Set(parsed.flatMap(({ application }) => application.origins))
  return {
    find: (applicationId) => byId.get(applicationId)?.application,
    allowsRedirect: ({ applicationId }, url) => allowRedirect(url, byId.get(applicationId)?.redirectRules ?? []),
    originsOf: ({ origins }) => origins,
    isOriginOf: ({ origins }, origin) => origins.includes(origin),
    allowsOrigin: (origin) => allOrigins.has(origin),
  }
}
