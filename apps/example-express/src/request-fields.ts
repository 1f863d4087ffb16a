import type { Request } from 'express'
import { CONNECTION_ID } from './vault.ts'

/** A field of a form; empty when there is none, or several. */
export function formField(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined
  return typeof value === 'string' ? value : ''
}

/** Whose credential a request is about, as the vault takes it: of the account in `?account=…` or in the form, else of the default one. */
export function selectorOf(request: Request): { connectionId: string; userId: string; accountId?: string } {
  const { account } = request.query
  const accountId = typeof account === 'string' ? account : formField(request.body, 'account')
  return { connectionId: CONNECTION_ID, userId: request.session.userId ?? '', ...(accountId !== '' && { accountId }) }
}
