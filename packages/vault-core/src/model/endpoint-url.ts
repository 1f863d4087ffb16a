/** What is wrong with a URL of a provider, or undefined. Never quotes the URL. */
export function endpointUrlProblem(
  value: unknown,
  rules: { readonly allowInsecureRequests: boolean; readonly queryAllowed: boolean },
): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be an absolute https URL'
  // A URL parser drops tabs and line ends, and trims spaces: the text and what is meant would differ.
  if (/[\s\p{Cc}]/u.test(value)) return 'must not contain white space or control characters'
  if (value.length > MAX_URL_LENGTH) return `must be at most ${MAX_URL_LENGTH} characters long`
  if (!URL.canParse(value)) return 'must be an absolute https URL'
  const url = new URL(value)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an absolute https URL'
  if (url.protocol === 'http:' && !rules.allowInsecureRequests && !isLoopbackHost(url.hostname)) {
    return 'must use https; http is for loopback hosts only (`allowInsecureRequests` lifts this for tests)'
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (value.includes('#')) return 'must not contain a fragment'
  if (!rules.queryAllowed && value.includes('?')) return 'must not contain a query'
  return undefined
}

/** Tells whether this host name, as a parsed URL has it, is this machine itself. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

const MAX_URL_LENGTH = 2048
