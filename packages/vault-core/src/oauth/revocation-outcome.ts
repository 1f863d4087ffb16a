/** How the revocation of one token ended. */
export type RevocationOutcome =
  | { readonly kind: 'revoked' }
  /** The provider says that it does not know the token, or not any more. */
  | { readonly kind: 'unknown_token' }
  /** The server has no revocation, or not for such a token; asking again changes nothing. */
  | { readonly kind: 'unsupported' }
  /** It does not take the request as it is; asking again changes nothing. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }
