/** One request as it reached the fake server. */
export interface SeenRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly form: URLSearchParams
  readonly redirect: RequestRedirect | undefined
}

/** A token endpoint behind an injected `fetch` that answers, or fails, exactly as told. It injects faults; it is no server. */
export interface FaultyTokenEndpoint {
  readonly fetch: typeof globalThis.fetch
  readonly requests: readonly SeenRequest[]
}

export function faultyTokenEndpoint(
  respond: (request: SeenRequest, signal: AbortSignal | undefined) => Response | Promise<Response>,
): FaultyTokenEndpoint {
  const requests: SeenRequest[] = []
  return {
    requests,
    async fetch(input, init) {
      const seen: SeenRequest = {
        url: String(input),
        method: init?.method ?? 'GET',
        headers: new Headers(init?.headers),
        form: init?.body instanceof URLSearchParams ? init.body : new URLSearchParams(),
        redirect: init?.redirect,
      }
      requests.push(seen)
      return respond(seen, init?.signal ?? undefined)
    },
  }
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** What Node's fetch throws: the code stands in the cause. */
export function networkFailure(code: string, more: object = {}): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, ...more }) })
}
