/** What a request to the token endpoint is answered with. All of it is data, so that the oracle can read it. */
export type FuzzedAnswer = {
  /** In words, for whoever replays a run. */
  readonly title: string
  /** Virtual milliseconds before anything comes. */
  readonly afterMs: number
} & (
  | { readonly kind: 'response'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: FuzzedBody }
  /** A status, or a type, that no `Response` can be made with. */
  | { readonly kind: 'forged'; readonly status: number; readonly type: ResponseType; readonly body: FuzzedBody }
  /** `fetch` resolves to something that is no response. */
  | { readonly kind: 'no_response'; readonly value: unknown }
  /** `fetch` rejects, or throws at once. */
  | { readonly kind: 'failure'; readonly reason: unknown; readonly atOnce: boolean }
  | { readonly kind: 'silence'; readonly heedsAbort: boolean }
)

export interface FuzzedBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  /**
   * How it ends: with its last byte; with an error after it; not at all, with nothing coming any more; not at all, with more and
   * more coming. `read`: somebody has read it already.
   */
  readonly ending: 'whole' | 'breaks' | 'stalls' | 'endless' | 'read'
  /** Comes in pieces of so many bytes; undefined for one. */
  readonly pieceBytes: number | undefined
  /** Virtual milliseconds before each piece. */
  readonly pauseMs: number
}

/** What a generator of answers knows of the request, for a provider may quote all of it. */
export interface AnswerContext {
  /** Its secrets, each as it is and as it was encoded. */
  readonly shapes: readonly [string, ...string[]]
  readonly nowMs: number
}
