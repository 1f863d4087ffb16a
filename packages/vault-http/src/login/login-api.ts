import type { AnyOperation } from '../operation.js'
import type { HandlerSettings } from '../options.js'
import type { Route } from '../router.js'
import { authenticationOperation } from './authentication-operation.js'
import { discoveryOperations } from './discovery-operations.js'
import { loginPageRoutes } from './login-page-routes.js'
import type { LoginSettings } from './login-settings.js'
import { logoutRoute } from './logout-route.js'
import { sessionOperations } from './session-operations.js'
import { signedInOperations } from './signed-in-operations.js'
import { tokensOperation } from './tokens-operation.js'
import { unsupportedRoutes } from './unsupported-routes.js'

/** The JSON API of sign-in. */
export function loginOperations(own: LoginSettings): readonly AnyOperation[] {
  return [
    authenticationOperation(own),
    tokensOperation(own),
    ...sessionOperations(own),
    ...signedInOperations(own),
    ...discoveryOperations(own),
  ]
}

/** Its pages, and what it says of what it cannot do. */
export function loginRoutes<Context>(settings: HandlerSettings<Context>, own: LoginSettings): readonly Route<Context>[] {
  return [...loginPageRoutes(settings, own), logoutRoute(settings, own), ...unsupportedRoutes(settings)]
}
