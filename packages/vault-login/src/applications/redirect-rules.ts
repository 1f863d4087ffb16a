import { isPlainText, mayLeadElsewhere } from './where-paths-lead.js'

/** An origin and a path prefix under which users may be sent. */
export interface RedirectRule {
  readonly origin: string
  readonly pathPrefix: string
}

const MAX_LENGTH = 2_048
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Undefined for what is no https URL (or http on loopback) without user, query and fragment. */
export function parseRedirectRule(text: unknown): RedirectRule | undefined {
  const url = typeof text === 'string' ? parseSafeUrl(text) : undefined
  return url && !url.search && !url.hash ? { origin: url.origin, pathPrefix: url.pathname } : undefined
}

/** Undefined for what is not exactly the origin of an https URL (or of http on loopback). */
export function parseOrigin(text: unknown): string | undefined {
  const url = typeof text === 'string' ? parseSafeUrl(text) : undefined
  return url && url.origin === text ? text : undefined
}

/** Reads where a user is to be sent, and allows it by origin and path prefix of the parsed URL; texts are not compared. */
export function allowRedirect(text: unknown, rules: readonly RedirectRule[]): URL | undefined {
  const url = typeof text === 'string' ? parseSafeUrl(text) : undefined
  return url && rules.some((rule) => rule.origin === url.origin && isUnder(url.pathname, rule.pathPrefix)) ? url : undefined
}

function parseSafeUrl(text: string): URL | undefined {
  // Browsers drop tabs and line ends, and read a backslash as a slash: none of these belongs in an honest target.
  if (text.length > MAX_LENGTH || !/^https?:\/\/[^/]/i.test(text) || !isPlainText(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username || url.password) return undefined
  return url.protocol === 'https:' || LOOPBACK.includes(url.hostname) ? url : undefined
}

function isUnder(pathname: string, prefix: string): boolean {
  if (prefix === '/') return true
  if (mayLeadElsewhere(pathname)) return false
  return pathname === prefix || pathname.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}
