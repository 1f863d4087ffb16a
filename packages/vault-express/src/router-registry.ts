import type { Vault } from '@holdfast/vault-core'
import type { Request } from 'express'

/** What `requireCredentials` has to know of the router that the request came through. */
export interface MountedRouter {
  readonly identify: (request: Request) => string | undefined | Promise<string | undefined>
  readonly connectPath: (connectionId: string) => string
  readonly origin: string
}

// By vault and request, and weakly: two vaults in one application do not meet, and nothing outlives its request.
const routers = new WeakMap<Vault, WeakMap<Request, MountedRouter>>()

export function rememberRouter(vault: Vault, request: Request, router: MountedRouter): void {
  const requests = routers.get(vault) ?? new WeakMap<Request, MountedRouter>()
  requests.set(request, router)
  routers.set(vault, requests)
}

export function routerOf(vault: Vault, request: Request): MountedRouter | undefined {
  return routers.get(vault)?.get(request)
}
