import type { HandlerSettings } from '../options.js'
import { jsonResponse } from '../responses.js'
import type { Route } from '../router.js'

/** `GET /v1/health`: 200 when the store answers, else 503. */
export function healthRoute<Context>({ vault }: HandlerSettings<Context>): Route<Context> {
  return {
    method: 'GET',
    path: '/v1/health',
    handle: async () => {
      await vault.checkHealth()
      return jsonResponse(200, { status: 'ok' })
    },
  }
}
