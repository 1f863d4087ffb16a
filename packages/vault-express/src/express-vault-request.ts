import type { VaultRequest } from '@holdfast/vault-http'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import { abortOnClose } from './abort-on-close.js'
import { bodyOf, type ExpressBody } from './request-body.js'

const DESCRIBES_THE_WIRE: readonly string[] = ['content-length', 'content-encoding', 'transfer-encoding']

/**
 * The Express request as the vault looks at it, under the configured origin and with the raw path. Body and signal are made when they are asked
 * for: most requests are answered without.
 */
export class ExpressVaultRequest implements VaultRequest {
  readonly #request: ExpressRequest
  readonly #response: ExpressResponse
  readonly #origin: string
  #body: ExpressBody | undefined
  #signal: AbortSignal | undefined

  constructor(request: ExpressRequest, response: ExpressResponse, origin: string) {
    this.#request = request
    this.#response = response
    this.#origin = origin
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#origin + this.#request.originalUrl
  }

  get headers(): this {
    return this
  }

  /** The header of this lower-case name. */
  get(name: string): string | null {
    // What these say is true of the bytes that came in, and not of a body that was read and written anew.
    if (DESCRIBES_THE_WIRE.includes(name) && this.#readBody().wasParsed)
      return name === 'content-length' ? String(this.#readBody().length) : null
    const value = this.#request.headers[name]
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#readBody().stream
  }

  get signal(): AbortSignal {
    this.#signal ??= abortOnClose(this.#response)
    return this.#signal
  }

  #readBody(): ExpressBody {
    this.#body ??= bodyOf(this.#request)
    return this.#body
  }
}
