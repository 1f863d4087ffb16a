/**
 * The part of a Web-standard request that the vault looks at. An adapter may hand in something lighter than a whole `Request`: making one costs
 * a server about as much as all else that it does for an answer.
 */
export interface VaultRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly body: ReadableStream<Uint8Array> | null
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}
