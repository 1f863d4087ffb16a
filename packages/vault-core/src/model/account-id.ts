import { sha256Base64url } from '../crypto/sha256-base64url.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'

/** The first account of a user on a connection is kept under this, whatever its subject is; a further one under its own id. */
export const DEFAULT_ACCOUNT_ID = 'default'

const HASHED = '~'

/** The id of an account, by what its provider calls its owner. What can be no key, or would pass for another id, is hashed. */
export function accountIdOfSubject(subject: string): string {
  const isId = storeKeyProblem(subject) === undefined && subject !== DEFAULT_ACCOUNT_ID && !subject.startsWith(HASHED)
  return isId ? subject : HASHED + sha256Base64url(subject)
}
