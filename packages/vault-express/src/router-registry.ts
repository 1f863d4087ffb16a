import { type Log, type Vault, VaultError } from '@holdfast/vault-core'
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

/** What `vaultRouter` made for each vault: one router, or word of several. */
const made = new WeakMap<Vault, MountedRouter | 'several'>()

const PASSED: unique symbol = Symbol('holdfast.routers')
type Marked = Request & { [PASSED]?: Passed }

/** A router that is mounted under a path sees no request for the application's own routes. */
export function registerRouter(vault: Vault, router: MountedRouter): void {
  made.set(vault, made.has(vault) ? 'several' : router)
}

export function rememberRouter(vault: Vault, request: Request, router: MountedRouter): void {
  const marked: Marked = request
  marked[PASSED] = { vault, router, before: marked[PASSED] }
}

/**
 * The router of this vault that the request came through, else the only one that there is.
 *
 * @throws {VaultError} `invalid_configuration`
 */
export function routerOf(vault: Vault, request: Request): MountedRouter {
  for (let passed = (request as Marked)[PASSED]; passed; passed = passed.before) if (passed.vault === vault) return passed.router
  const only = made.get(vault)
  if (only === undefined) {
    throw new VaultError(
      'invalid_configuration',
      '`requireCredentials` found no router of its vault. Mount one: app.use(vaultRouter({ vault, … })).',
    )
  }
  if (only === 'several') {
    throw new VaultError(
      'invalid_configuration',
      'Several routers of this vault are mounted, and the request came through none. Mount the one that is meant before the route.',
    )
  }
  return only
}
