import { sha256Base64url } from '@holdfast/vault-core'

/** One id for several texts, each well-formed Unicode: every text stands there with its length, so that no two lists have the same. */
export function hashOfParts(parts: readonly string[]): string {
  return sha256Base64url(parts.map((part) => `${part.length}:${part}`).join(''))
}
