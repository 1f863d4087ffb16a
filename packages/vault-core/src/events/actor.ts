import { refuseFields } from '../refuse-fields.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'

/** Who caused something, as far as the caller said so. Nothing in it is checked against anything, and nothing in it is secret. */
export interface Actor {
  readonly kind: 'user' | 'service_client' | 'operator' | 'system'
  /** Of the user, the service client, the person or the program. 1 to 255 characters, as each of the others. */
  readonly id: string
  /** The access key that signed the token. */
  readonly keyId?: string
  /** The access record that allowed it. */
  readonly accessRecordId?: string
  /** Network address of the client. */
  readonly address?: string
}

const KINDS: ReadonlySet<unknown> = new Set<Actor['kind']>(['user', 'service_client', 'operator', 'system'])
const DETAILS = ['keyId', 'accessRecordId', 'address'] as const

/** Reads the actor of a call's options. @throws {VaultError} `invalid_request`, naming each bad field. */
export function parseActor({ actor }: { readonly actor?: Actor } = {}): Actor | undefined {
  const fields: Record<string, string> = {}
  const parsed = readActor(actor, fields)
  refuseFields(fields)
  return parsed
}

/** Copies what an actor is made of, and nothing else. Undefined stays undefined. @param fields - Is told each bad field. */
export function readActor(actor: Actor | undefined, fields: Record<string, string>): Actor | undefined {
  if (actor === undefined) return undefined
  if (typeof actor !== 'object' || actor === null) {
    fields['actor'] = 'must be an object with `kind` and `id`'
    return undefined
  }
  if (!KINDS.has(actor.kind)) fields['actor.kind'] = 'must be `user`, `service_client`, `operator` or `system`'
  const idProblem = storeKeyProblem(actor.id)
  if (idProblem) fields['actor.id'] = idProblem
  const details: Partial<Record<(typeof DETAILS)[number], string>> = {}
  for (const name of DETAILS) {
    const value = actor[name]
    if (value === undefined) continue
    const problem = storeKeyProblem(value)
    if (problem) fields[`actor.${name}`] = problem
    else details[name] = value
  }
  return { kind: actor.kind, id: actor.id, ...details }
}
