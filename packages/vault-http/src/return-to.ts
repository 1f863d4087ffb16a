import { VaultError } from '@holdfast/vault-core'
import { isPlainText, mayLeadElsewhere } from '@holdfast/vault-login'

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

function isUnder(pathname: string, prefix: string): boolean {
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`
  return pathname === prefix || pathname.startsWith(base)
}
