/**
 * Whether a URL is written without what browsers drop, or read as something else: spaces, tabs, line ends, all beyond ASCII, and backslashes up to
 * the query, where they leave one as it is.
 */
export function isPlainText(text: string): boolean {
  const [upToQuery = ''] = text.split(/[?#]/, 1)
  return /^[!-~]*$/.test(text) && !upToQuery.includes('\\')
}

/** More often than this no honest path is encoded. */
const MAX_DECODINGS = 5

/**
 * Some server behind may decode a path once more than it should. It leads elsewhere then if backslashes, control characters, dot segments or
 * double slashes come of it; where the path ends may be decoded, too. A slash, a dot or a percent sign in a name does no harm.
 *
 * @param pathname - As `URL` gives it.
 */
export function mayLeadElsewhere(pathname: string): boolean {
  let path = pathname
  for (let decodings = 0; decodings < MAX_DECODINGS; decodings += 1) {
    if (/%(?:5c|[01][0-9a-f]|7f)/i.test(path)) return true
    const decoded = path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (decoded === path) return false
    if (/\/\.{1,2}(?:[/?#]|$)/.test(decoded) || decoded.split('//').length > path.split('//').length) return true
    path = decoded
  }
  return true
}
