/** A refusal that belongs to HTTP alone, with no code of the core's. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly errorCode: HttpErrorCode
  /** Milliseconds to wait before asking again. */
  readonly retryAfterMs: number | undefined

  constructor(errorCode: HttpErrorCode, message: string, retryAfterMs?: number) {
    super(message)
    this.status = STATUS[errorCode]
    this.errorCode = errorCode
    this.retryAfterMs = retryAfterMs
  }
}

export type HttpErrorCode =
  | 'request_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'hand_out_frozen'
  | 'not_supported'
  | 'provider_unavailable'
  | 'api_unreachable'

const STATUS: Readonly<Record<HttpErrorCode, number>> = {
  request_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  hand_out_frozen: 403,
  not_supported: 404,
  provider_unavailable: 424,
  api_unreachable: 502,
}
