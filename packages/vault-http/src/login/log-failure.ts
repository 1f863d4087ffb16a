import { isVaultError } from '@holdfast/vault-core'
import { isOperatorsBusiness } from '../error-reply.js'
import type { HandlerSettings } from '../options.js'
import { PageFailure } from './failure-page.js'

/**
 * Tells the log what went wrong with a sign-in. The facts of an error stay out of it: among them is where the user came from, and addresses may hold
 * anything.
 */
export function logFailure<Context>({ log }: HandlerSettings<Context>, error: unknown): void {
  if (isVaultError(error)) {
    const { code, message, facts, cause } = error
    const fields = { code, reason: facts.reason, connectionId: facts.connectionId, problem: message }
    if (isOperatorsBusiness(error)) log?.error({ ...fields, err: cause }, 'A sign-in failed.')
    else log?.warn(fields, 'A sign-in was not completed.')
  } else if (error instanceof PageFailure) log?.warn({ reason: error.reason }, 'A sign-in was not completed.')
  else if (isOperatorsBusiness(error)) log?.error({ err: error }, 'A sign-in failed.')
}
