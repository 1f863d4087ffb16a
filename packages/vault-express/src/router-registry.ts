import type { Log, Vault } from '@holdfast/vault-core'
import type { Request } from 'express'

/** What `requireCredentials` has to know of the router that the request came through. */
export interface MountedRouter {
  readonly identify: (request: Request) => string | undefined | Promise<string | undefined>
  readonly connectPath: (connectionId: string) => string
  readonly origin: string
  /** Of the client, as far as it is known. */
  readonly addressOf: (request: Request) => string | undefined
  readonly log: Log | undefined
}

/** A router that a request came through; several vaults in one application do not meet. */
interface Passed {
  readonly vault: Vault
  readonly router: MountedRouter
  readonly before: Passed | undefined
}

const PASSED: unique symbol = Symbol('holdfast.routers')
type Marked = Request & { [PASSED]?: Passed }

export function rememberRouter(vault: Vault, request: Request, router: MountedRouter): void {
  const marked: Marked = request
  marked[PASSED] = { vault, router, before: marked[PASSED] }
}

export function routerOf(vault: Vault, request: Request): MountedRouter | undefined {
  for (let passed = (request as Marked)[PASSED]; passed; passed = passed.before) if (passed.vault === vault) return passed.router
  return undefined
}
