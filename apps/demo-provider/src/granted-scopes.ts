/** The parameter of an authorization request by which it builds on what the person allowed before. */
export const INCLUDE_GRANTED_SCOPES = 'include_granted_scopes'

/** What of the asked scopes the person allows, and what not. A form without a choice allows all. */
export function chosenScopes(
  asked: readonly string[],
  form: URLSearchParams,
): { readonly allowed: readonly string[]; readonly refused: readonly string[] } {
  if (!form.has('chosen')) return { allowed: asked, refused: [] }
  const chosen = new Set(['openid', 'offline_access', ...form.getAll('scope')])
  return { allowed: asked.filter((scope) => chosen.has(scope)), refused: asked.filter((scope) => !chosen.has(scope)) }
}
