import { badUri, decodeSegment, normaliseNamespace, splitUriText } from './resource-uri.js'

/**
 * The resources that a grant names. It covers a resource when the resource has at least as many segments and each
 * segment of the pattern matches the one in its place: what lies below is covered too. That makes a `*` at the end
 * stand for one or more segments, and a `*` elsewhere for exactly one.
 */
export interface ResourcePattern {
  readonly segments: readonly SegmentPattern[]
}

export type SegmentPattern =
  /** A whole segment `*`: any one segment, colons and all. */
  | { readonly kind: 'any' }
  /** The whole segment, decoded, exact. */
  | { readonly kind: 'literal'; readonly text: string }
  /** A segment such as `tenants:*`: as many parts, each equal to the text here, or any that is not empty where undefined. */
  | { readonly kind: 'parts'; readonly parts: readonly (string | undefined)[] }

/**
 * Reads the resource URI of a grant, such as `Vault:Connections/*` + `/Users/*` + `/Credentials`.
 *
 * Split and decoded as {@link parseResourceUri} does it. Decisions where the rules are silent:
 * - A `*` is a wildcard as a whole segment or as a whole part between colons; elsewhere (`doc*`) it is a literal.
 * - A `*` for a part stands for exactly one part: `a:*` covers `a:b`, not `a`, not `a:b:c`.
 * - `%2A` for a whole segment or part is refused: a grant for the one value `*` would cover less than every value there,
 *   and nothing else may cover a `*` that is asked for.
 * - `%3A` and `:` are the same in a literal, since segments are compared whole.
 * - `/` alone, and the empty text, are refused: whoever means everything writes `*`.
 *
 * @throws {VaultError} `invalid_request` naming `field`.
 */
export function parseResourcePattern(text: string, field = 'resourceUri'): ResourcePattern {
  return { segments: splitUriText(text, field).map((raw, index) => parseSegment(raw, index === 0, field)) }
}

/** Whether this part of a segment is the wildcard, in the text as in the decoded form. */
const isStar = (part: string): boolean => part === '*'

function parseSegment(raw: string, isFirst: boolean, field: string): SegmentPattern {
  if (isStar(raw)) return { kind: 'any' }
  const decoded = decodeSegment(raw, field)
  const text = isFirst ? normaliseNamespace(decoded) : decoded
  const parts = text.split(':')
  const stars = parts.filter(isStar).length
  if (stars !== raw.split(':').filter(isStar).length) throw badUri(field, 'must not write a "*" that stands alone with percent escapes')
  if (stars === 0) return { kind: 'literal', text }
  return { kind: 'parts', parts: parts.map((part) => (isStar(part) ? undefined : part)) }
}
