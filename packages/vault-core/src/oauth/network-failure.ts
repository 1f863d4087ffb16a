/**
 * Codes of failures that come before anything of a request can have been sent: no address, nobody listening, or a
 * certificate that was refused. Whatever is not listed may have happened after sending.
 */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ECONNREFUSED',
  'ENOTFOUND',
  // `publicFetch` of @holdfast/vault-node
  'ERR_ADDRESS_NOT_PUBLIC',
  // undici (Node)
  'UND_ERR_CONNECT_TIMEOUT',
  // Bun
  'ConnectionRefused',
  'FailedToOpenSocket',
  // TLS of Node: the server's certificate was refused, before the request
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** System calls that come before a connection stands. */
const CALLS_BEFORE_SENDING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])

/**
 * Tells whether a failed `fetch` surely sent nothing. Judged by the codes down the chain of causes, with caution: when
 * in doubt, it may have sent.
 */
export function wasSurelyNotSent(error: unknown): boolean {
  const roots = rootCauses(error)
  return (
    roots.length > 0 &&
    roots.every(
      (root) =>
        (root.code !== undefined && NOT_SENT_CODES.has(root.code)) ||
        (root.syscall !== undefined && CALLS_BEFORE_SENDING.has(root.syscall)),
    )
  )
}

/** The codes of a failure, for logs: never its message, which may quote what was sent. */
export function failureCode(error: unknown): string | undefined {
  const codes = new Set(rootCauses(error).map(({ code }) => code))
  return [...codes].filter((code) => code !== undefined && /^[A-Za-z0-9_]{1,64}$/.test(code)).join(', ') || undefined
}

interface RootCause {
  readonly code: string | undefined
  readonly syscall: string | undefined
}

/** What stands at the ends of the chains of `cause` and, where several addresses were tried, `errors`. */
function rootCauses(error: unknown, depth = 0): readonly RootCause[] {
  if (typeof error !== 'object' || error === null || depth > 8) return [{ code: undefined, syscall: undefined }]
  const { cause, errors, code, syscall } = partsOf(error)
  if (Array.isArray(errors) && errors.length > 0) return errors.flatMap((one) => rootCauses(one, depth + 1))
  if (cause !== undefined && cause !== null) return rootCauses(cause, depth + 1)
  return [{ code: typeof code === 'string' ? code : undefined, syscall: typeof syscall === 'string' ? syscall : undefined }]
}

interface ErrorParts {
  readonly cause?: unknown
  readonly errors?: unknown
  readonly code?: unknown
  readonly syscall?: unknown
}

/** An injected `fetch` may throw anything, also what throws when it is looked at. */
function partsOf(error: object): ErrorParts {
  try {
    const { cause, errors, code, syscall }: ErrorParts = error
    return { cause, errors, code, syscall }
  } catch {
    return {}
  }
}
