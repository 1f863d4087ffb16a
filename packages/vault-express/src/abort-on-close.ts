import type { Response } from 'express'

/** Aborts when the client goes away before it has its answer. */
export function abortOnClose(response: Response): AbortSignal {
  const gone = new AbortController()
  const closed = (): void => {
    if (!response.writableFinished) gone.abort(new DOMException('The client closed the connection.', 'AbortError'))
  }
  // While the application's own middleware took its time: nobody is told of it again.
  if (response.destroyed) closed()
  else response.once('close', closed)
  return gone.signal
}
