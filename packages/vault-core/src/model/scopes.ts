/** The scopes in a grant's `scope`. RFC 6749, section 3.3: they are separated by spaces; some providers use commas. */
export function scopesOf(scope: string | null | undefined): ReadonlySet<string> {
  return new Set((scope ?? '').split(/[\s,]+/).filter((name) => name !== ''))
}

/** Whether both name the same scopes, in whatever order. */
export function hasSameScopes(one: string | null | undefined, other: string | null | undefined): boolean {
  const [first, second] = [scopesOf(one), scopesOf(other)]
  return first.size === second.size && [...first].every((name) => second.has(name))
}
