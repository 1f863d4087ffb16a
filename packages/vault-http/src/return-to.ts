import { VaultError } from '@holdfast/vault-core'

/** An origin and a path prefix under which users may be sent. */
export interface ReturnToRule {
  readonly origin: string
  readonly pathPrefix: string
}

const MAX_LENGTH = 2_048

/** @throws {VaultError} `invalid_configuration` for a rule that is no absolute http(s) URL. */
export function parseReturnToRules(rules: readonly string[]): readonly ReturnToRule[] {
  return rules.map((rule) => {
    const url = URL.canParse(rule) ? new URL(rule) : undefined
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
      const problem = 'must hold absolute http or https URLs without user, query and fragment'
      throw new VaultError('invalid_configuration', `\`allowedReturnTo\` ${problem}.`, { fields: { allowedReturnTo: problem } })
    }
    return { origin: url.origin, pathPrefix: url.pathname }
  })
}

/**
 * Reads where a user wants to go after connecting, and allows it by origin and path prefix of the parsed URL; texts are not compared.
 *
 * @param text - Absolute URL, or a path on `base`.
 * @returns The URL in its normal form, or undefined when it is not allowed.
 */
export function allowReturnTo(text: string, base: string, rules: readonly ReturnToRule[]): URL | undefined {
  // Browsers drop tabs and line ends, and read a backslash as a slash: none of these belongs in an honest target.
  if (text.length === 0 || text.length > MAX_LENGTH || !isPlainText(text)) return undefined
  if (!/^(?:https?:\/\/[^/]|\/(?!\/))/i.test(text) || !URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  if (url.username || url.password || mayLeadElsewhere(url.pathname)) return undefined
  return rules.some((rule) => rule.origin === url.origin && isUnder(url.pathname, rule.pathPrefix)) ? url : undefined
}

function isPlainText(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code <= 0x20 || code >= 0x7f || character === '\\') return false
  }
  return true
}

/** More often than this no honest path is encoded. */
const MAX_DECODINGS = 5

/**
 * Some server behind may decode a path once more than it should. It leads elsewhere then if backslashes, control characters, dot segments or
 * double slashes come of it. A slash, a dot or a percent sign in a name does no harm.
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

function isUnder(pathname: string, prefix: string): boolean {
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`
  return pathname === prefix || pathname.startsWith(base)
}
