/** Calls that several callers wait for. One that nobody waits for any more is ended. */
export interface SharedCalls<T> {
  /**
   * Joins the call under this key, or begins it.
   *
   * @param signal - Ends this caller's wait alone; he is rejected with its reason.
   */
  join(key: string, signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T>
}

interface Call<T> {
  readonly result: Promise<T>
  readonly ending: AbortController
  waiting: number
}

export function createSharedCalls<T>(): SharedCalls<T> {
  const calls = new Map<string, Call<T>>()

  function start(key: string, begin: (signal: AbortSignal) => Promise<T>): Call<T> {
    const ending = new AbortController()
    const call: Call<T> = { result: begin(ending.signal).finally(() => forget(key, call)), ending, waiting: 0 }
    calls.set(key, call)
    return call
  }

  function forget(key: string, call: Call<T>): void {
    if (calls.get(key) === call) calls.delete(key)
  }

  return {
    async join(key, signal, begin) {
      signal?.throwIfAborted()
      const call = calls.get(key) ?? start(key, begin)
      call.waiting += 1
      try {
        return await orAborted(call.result, signal)
      } finally {
        call.waiting -= 1
        if (call.waiting === 0) {
          // Whoever comes now must not join what is about to end.
          forget(key, call)
          call.ending.abort()
        }
      }
    },
  }
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return result
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
