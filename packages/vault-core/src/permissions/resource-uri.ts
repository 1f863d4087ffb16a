import { VaultError } from '../errors.js'

/** The vault's own namespace. `Authress:` at the beginning of a URI means the same. */
const VAULT_NAMESPACE = 'Vault'

/** Most segments that a resource URI may have. */
const MAX_RESOURCE_SEGMENTS = 16

/** Most characters that the text of a resource URI may have. */
const MAX_RESOURCE_URI_LENGTH = 2048

/**
 * The resource that a check asks about. Make one with {@link resourceUri}; no character in a segment has a meaning then.
 *
 * Matching is by whole segment: an id with `:` in it stays one segment, and equals the same characters in a grant.
 * A colon splits a segment only to compare it with a grant that has `*` for one of the parts between colons.
 */
export interface ResourceUri {
  /** Decoded. The namespace stands in the first one: `Vault:Connections`. */
  readonly segments: readonly string[]
}

/**
 * Builds the URI of a resource from ids, whatever characters they hold: `/`, `|`, `:`, `@`, `*`, `%`, spaces.
 * A segment `*` is no wildcard; only a grant that covers every value there covers it.
 *
 * @param namespace - `Vault` for the vault's own resources (`Authress` is taken for it), `''` for none.
 * @param segments - 1 to 16, none of them empty.
 * @throws {VaultError} `invalid_request` naming `namespace` or `segments[i]`.
 * @example
 * ```ts
 * resourceUri('Vault', ['Connections', 'google', 'Users', 'auth0|12/34', 'Credentials'])
 * ```
 */
export function resourceUri(namespace: string, segments: readonly string[]): ResourceUri {
  if (typeof namespace !== 'string' || /[:/*]/.test(namespace) || !namespace.isWellFormed()) {
    throw badUri('namespace', 'must be well-formed text without ":", "/" or "*"; empty for none')
  }
  const checked = checkSegments(segments, 'segments')
  const first = checked[0] ?? ''
  if (namespace === '' && normaliseNamespace(first).startsWith(`${VAULT_NAMESPACE}:`)) {
    throw badUri('segments[0]', 'must not begin with the vault\'s own namespace; pass "Vault" as the namespace')
  }
  checked[0] = namespace === '' ? first : normaliseNamespace(`${namespace}:${first}`)
  return { segments: checked }
}

/**
 * The resource that reading a user's credential asks about: `Vault:Connections/{connectionId}/Users/{userId}/Credentials`.
 *
 * @throws {VaultError} `invalid_request` when an id is empty or ill-formed.
 */
export function credentialsUri(connectionId: string, userId: string): ResourceUri {
  return resourceUri(VAULT_NAMESPACE, ['Connections', connectionId, 'Users', userId, 'Credentials'])
}

/**
 * Reads the URI of a resource to check, given as text or built from segments.
 *
 * The text is split at `/` first; then each segment is URL-decoded, once. So `%2F` is a slash inside an id, and `%252F`
 * is the three characters `%2F`. One leading and one trailing `/` are ignored. What transport encoding the text had
 * (inside the path of a request, say) must be gone before. A `*` is a character here, never a wildcard.
 *
 * @param field - What the error calls it.
 * @throws {VaultError} `invalid_request` when the text is no resource URI.
 */
export function parseResourceUri(resource: string | ResourceUri, field = 'resource'): ResourceUri {
  if (typeof resource !== 'string') {
    const segments = checkSegments(resource?.segments, field)
    segments[0] = normaliseNamespace(segments[0] ?? '')
    return { segments }
  }
  const segments: string[] = splitUriText(resource, field)
  // Most texts hold no escape, and then there is nothing to decode in any segment.
  if (resource.includes('%')) for (const [index, raw] of segments.entries()) segments[index] = decodeSegment(raw, field)
  segments[0] = normaliseNamespace(segments[0] ?? '')
  return { segments }
}

/** The raw segments of a URI's text, still encoded: one leading and one trailing `/` dropped, none empty. */
export function splitUriText(text: string, field: string): string[] {
  if (typeof text !== 'string' || text === '') throw badUri(field, 'must be a resource URI, as text that is not empty')
  if (text.length > MAX_RESOURCE_URI_LENGTH) throw badUri(field, `must be at most ${MAX_RESOURCE_URI_LENGTH} characters long`)
  if (!text.isWellFormed()) throw badUri(field, 'must be well-formed Unicode')
  const from = text.startsWith('/') ? 1 : 0
  const to = text.endsWith('/') && text.length > from ? text.length - 1 : text.length
  const raw = (from === 0 && to === text.length ? text : text.slice(from, to)).split('/')
  if (raw.length > MAX_RESOURCE_SEGMENTS) throw badUri(field, `must have at most ${MAX_RESOURCE_SEGMENTS} segments`)
  for (const segment of raw) {
    if (segment === '') throw badUri(field, 'must have no empty segment')
    if (segment.includes(':') && (segment.includes('::') || segment.startsWith(':') || segment.endsWith(':')))
      throw badUri(field, 'must have no empty part beside a ":"; write %3A for a colon inside an id')
  }
  return raw
}

/** URL-decodes one segment, once. */
export function decodeSegment(raw: string, field: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(raw)
  } catch {
    throw badUri(field, 'must have only whole percent escapes of UTF-8; write %25 for a percent sign')
  }
  if (!decoded.isWellFormed()) throw badUri(field, 'must be well-formed Unicode')
  return decoded
}

/** `Authress:` at the beginning of a first segment becomes `Vault:`. Case counts. */
export function normaliseNamespace(firstSegment: string): string {
  return firstSegment.startsWith('Authress:') ? `${VAULT_NAMESPACE}${firstSegment.slice('Authress'.length)}` : firstSegment
}

/** The error for a resource URI that is none. */
export function badUri(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `${field} ${problem}.`, { fields: { [field]: problem } })
}

/** A copy of the segments. */
function checkSegments(segments: unknown, field: string): string[] {
  if (!Array.isArray(segments) || segments.length === 0 || segments.length > MAX_RESOURCE_SEGMENTS) {
    throw badUri(field, `must be 1 to ${MAX_RESOURCE_SEGMENTS} segments`)
  }
  const checked: string[] = []
  for (let index = 0; index < segments.length; index += 1) {
    const segment: unknown = segments[index]
    if (typeof segment !== 'string' || segment === '' || !segment.isWellFormed()) {
      throw badUri(`${field}[${index}]`, 'must be well-formed text that is not empty')
    }
    checked.push(segment)
  }
  return checked
}
