/**
 * The code of a failed request (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), for messages. Never the failure itself: what an HTTP library throws may
 * hold what was sent.
 */
export function failureCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined
  const { cause, errors, code, name } = partsOf(error)
  const deeper = failureCode(Array.isArray(errors) ? errors[0] : cause, depth + 1)
  return deeper ?? [code, name].find((word): word is string => typeof word === 'string' && /^\w{1,64}$/.test(word))
}

/** An injected `fetch` may throw anything, also what throws when it is looked at. */
function partsOf(error: object): { readonly cause?: unknown; readonly errors?: unknown; readonly code?: unknown; readonly name?: unknown } {
  try {
    const { cause, errors, code, name }: ReturnType<typeof partsOf> = error
    return { cause, errors, code, name }
  } catch {
    return {}
  }
}
