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

function isPlainText(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code <= 0x20 || code >= 0x7f || character === '\\') return false
  }
  return true
}

function isUnder(pathname: string, prefix: string): boolean {
  if (prefix === '/') return true
  if (mayLeadElsewhere(pathname)) return false
  return pathname === prefix || pathname.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}

/** More often than this no honest path is encoded. */
const MAX_DECODINGS = 5

/**
 * Some server behind may decode a path once more than it should, and leave the prefix if backslashes, control characters, dot segments or double
 * slashes come of it. A slash, a dot or a percent sign in a name does no harm.
 */
function mayLeadElsewhere(pathname: string): boolean {
  let path = pathname
  for (let decodings = 0; decodings < MAX_DECODINGS; decodings += 1) {
    if (/%(?:5c|[01][0-9a-f]|7f)/i.test(path)) return true
    const decoded = path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (decoded === path) return false
    if (/\/\.{1,2}(?:\/|$)/.test(decoded) || decoded.split('//').length > path.split('//').length) return true
    path = decoded
  }
  return true
}
