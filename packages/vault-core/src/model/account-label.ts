/** What users tell their accounts by, the best first. Not every provider says its names as OpenID Connect has them. */
const LABEL_CLAIMS = ['email', 'preferred_username', 'login', 'username', 'name'] as const
const MAX_LENGTH = 256

/** The name by which a user knows an account, of what its provider says of him: an e-mail address, or a name. On one line. */
export function labelIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  for (const claim of LABEL_CLAIMS) {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    const label = typeof value === 'string' && value.isWellFormed() ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : ''
    if (label !== '' && label.length <= MAX_LENGTH) return label
  }
  return undefined
}
