import type { Response } from 'express'

/** Aborts when the client goes away before it has its answer. */
export function abortOnClose(response: Response): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('The client closed the connection.', 'AbortError'))
  })
  return gone.signal
}
