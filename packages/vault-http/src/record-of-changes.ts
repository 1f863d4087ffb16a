import { isVaultError } from '@holdfast/vault-core'
import { denied, isOnRecord } from './authorize-caller.js'
import type { Caller } from './caller.js'
import type { AnyOperation } from './operation.js'
import type { HandlerSettings } from './options.js'
import type { Reply } from './reply.js'
import { compileResourceTemplate } from './resource-template.js'
import { resourceText } from './resource-text.js'

type Params = Readonly<Record<string, string>>

/** Does the work of an operation that changes something, and sees to it that the change, or the refusal, is on record before anybody is told. */
export type RecordOfChanges = (work: () => Promise<Reply>, caller: Caller, params: Params) => Promise<Reply>

/**
 * Undefined for what changes nothing, and where nobody keeps events or hears of them.
 *
 * @throws {VaultError} `store_unavailable` when a change was made and cannot be recorded: whoever asked is not told that all is well.
 */
export function recordOfChanges<Context>(
  settings: HandlerSettings<Context>,
  { operationId, method, path, access, changes, passesOn }: AnyOperation,
): RecordOfChanges | undefined {
  const { recorder } = settings
  const isManaged = access.kind === 'permission' || access.kind === 'caller'
  // What is passed on changes nothing here: that a credential was used for it is told as of any other use.
  if (!recorder.isUsed || !isManaged || method === 'GET' || passesOn) return undefined
  const resourceOf = compileResourceTemplate(changes ?? (access.kind === 'permission' ? access.resource : path.slice(1)))

  return async (work, actor, params) => {
    let reply: Reply
    try {
      reply = await work()
    } catch (error) {
      // He may call this, and may not do with it what he asked.
      if (isVaultError(error, 'permission_denied') && !isOnRecord(error))
        await denied(settings, actor, operationId, resourceOf(params), error.facts.reason)
      throw error
    }
    const resource = resourceText(resourceOf({ ...namesIn(reply), ...params }))
    await recorder.record(recorder.make({ type: 'administered', action: operationId, resource, actor }))
    return reply
  }
}

/** Ids of what was made stand in the answer. */
function namesIn({ body }: Reply): Params {
  const answer: unknown = typeof body === 'string' ? JSON.parse(body) : {}
  const fields = Object.entries(typeof answer === 'object' && answer !== null ? answer : {})
  return Object.fromEntries(fields.filter((field): field is [string, string] => typeof field[1] === 'string'))
}
