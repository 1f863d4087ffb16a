import type { z } from 'zod'
import type { Caller } from './caller.js'
import type { HandlerSettings } from './options.js'
import type { Reply } from './reply.js'
import type { RouteCall } from './router.js'

/** Who may call an operation. */
export type Access =
  /** Anybody. */
  | { readonly kind: 'public' }
  /** Whoever is signed in through the vault, by his access token or the session cookie of his browser: the operation itself asks who he is. */
  | { readonly kind: 'session' }
  /** Whoever has a valid token; what he may see or change is decided by the operation itself. */
  | { readonly kind: 'caller' }
  /** Whoever has this permission. `resource` is a template, `Vault:Connections/{connectionId}`: each name in braces is the path parameter, as one segment. */
  | { readonly kind: 'permission'; readonly action: string; readonly resource: string }

export interface Answer {
  readonly description: string
  /** Absent for an answer without body. */
  readonly schema?: z.ZodType
}

export interface OperationCall<Context, Query, Body> extends RouteCall<Context> {
  readonly settings: HandlerSettings<Context>
  /** Public operations have none, and throw when they ask. */
  readonly caller: Caller
  readonly query: Query
  readonly body: Body
}

/**
 * One operation of the API: its place, who may call it, what it takes, what it answers. Routes and the OpenAPI document are both made of it.
 * The permission is decided before the body is looked at, so that a caller without it learns nothing.
 */
export interface Operation<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  /** Unique: generated clients name their methods after it. */
  readonly operationId: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly access: Access
  /**
   * What an operation that changes something changes, for the event that tells of it: a template as in `access`, whose names are also looked for
   * in the answer. Default: the resource in `access`.
   */
  readonly changes?: string
  readonly query?: Query
  readonly body?: Body
  /** What the form holds that `handle` reads itself. For the document alone. */
  readonly form?: z.ZodType
  /** The body is passed on as it comes, and so is what another server answers: nothing of the vault is changed. */
  readonly passesOn?: boolean
  /** Nobody is limited: for probes, and for what limits by itself. */
  readonly unlimited?: boolean
  readonly answers: Readonly<Record<number, Answer>>
  readonly handle: <Context>(call: OperationCall<Context, z.output<Query>, z.output<Body>>) => Promise<Reply>
}

/** An operation of whatever query and body. */
// biome-ignore lint/suspicious/noExplicitAny: a list of operations holds many types of query and body, each checked where it is defined.
export type AnyOperation = Operation<any, any>

/** Gives the types of query and body to `handle`. */
export function operation<Query extends z.ZodType, Body extends z.ZodType>(definition: Operation<Query, Body>): Operation<Query, Body> {
  return definition
}
