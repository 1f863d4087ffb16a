/** Text with claims in braces, parsed: `{given_name} {family_name}`. */
export interface ClaimExpression {
  evaluate(claims: Readonly<Record<string, unknown>>): EvaluatedExpression
}

export interface EvaluatedExpression {
  /** What was missing is left out of it. */
  readonly text: string
  /** The claims that the expression names, in its order. */
  readonly values: readonly { readonly claim: string; readonly value: string | undefined }[]
}

const EXPRESSION = /^[^{}]*(?:\{[\w.:/-]{1,64}\}[^{}]*)+$/
const CLAIM = /\{([\w.:/-]{1,64})\}/g
const MAX_LENGTH = 128

/**
 * A name with dots leads into nested claims, `{team.id}`, unless there is a claim of just that name: some are URLs.
 *
 * @returns Undefined for what is no expression: one without a claim would be the same for everybody.
 */
export function parseClaimExpression(expression: unknown): ClaimExpression | undefined {
  if (typeof expression !== 'string' || expression.length > MAX_LENGTH || !expression.isWellFormed()) return undefined
  if (!EXPRESSION.test(expression)) return undefined
  const names = [...expression.matchAll(CLAIM)].map(([, name = '']) => name)
  return {
    evaluate(claims) {
      const values = names.map((claim) => ({ claim, value: claimOf(claims, claim) }))
      const byName = new Map(values.map(({ claim, value }) => [claim, value]))
      return { text: expression.replaceAll(CLAIM, (_placeholder, name: string) => byName.get(name) ?? ''), values }
    },
  }
}

const TOKEN = /\{(?:[\w.:/-]*\.)?(?:access_token|refresh_token|id_token|client_secret)\}/i

/** Whether an expression would show a token, as what it makes names accounts to everybody. */
export function namesToken(expression: unknown): boolean {
  return typeof expression === 'string' && TOKEN.test(expression)
}

function claimOf(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(claims, name)) return textOf(claims[name])
  let value: unknown = claims
  for (const part of name.split('.')) value = ownProperty(value, part)
  return textOf(value)
}

function ownProperty(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined
  return new Map<string, unknown>(Object.entries(value)).get(name)
}

function textOf(value: unknown): string | undefined {
  // Of a number beyond these JSON.parse has lost the last digits: two users would be one.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  // Ill-formed Unicode becomes the same replacement character wherever it is hashed.
  return typeof value === 'string' && value !== '' && value.isWellFormed() && !/\p{Cc}/u.test(value) ? value : undefined
}
