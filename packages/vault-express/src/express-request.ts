import type { Credentials } from '@holdfast/vault-core'

declare global {
  // Express's own way to let middleware add to its request.
  namespace Express {
    interface Request {
      /** Set by `requireCredentials`. */
      credentials?: Credentials
    }
  }
}
