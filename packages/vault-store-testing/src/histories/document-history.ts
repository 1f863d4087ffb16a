import type { DocumentKey, VaultStore } from '@holdfast/vault-core'
import { bytesOf } from '../rows.js'
import type { Model } from './linearizable.js'

/** A call about one document and one ticket of the same key. */
export type DocumentInput =
  | { readonly call: 'get' | 'create' | 'take' }
  | { readonly call: 'put'; readonly attemptId: string; readonly expect: 'absent' | number }
  | { readonly call: 'delete'; readonly version: number }

export async function callDocuments({ documents, tickets }: VaultStore, key: DocumentKey, input: DocumentInput): Promise<unknown> {
  switch (input.call) {
    case 'get':
      return shown(await documents.get(key))
    case 'put': {
      const result = await documents.put({ ...key, data: input.attemptId, expect: input.expect, attemptId: input.attemptId })
      return result.outcome === 'stored' ? result : { outcome: 'conflict', current: shown(result.current) }
    }
    case 'delete':
      return documents.delete(key, input.version)
    case 'create':
      return tickets.create({ ...key, data: bytesOf('ticket'), ttlMs: 1_000_000_000 })
    case 'take':
      return (await tickets.take(key)) !== null
  }
}

interface DocumentState {
  readonly document: { readonly version: number; readonly data: string } | null
  readonly hasTicket: boolean
}

export const documentModel: Model<DocumentState, DocumentInput> = {
  initial: { document: null, hasTicket: false },
  step(state, input) {
    const { document, hasTicket } = state
    switch (input.call) {
      case 'get':
        return { state, output: document }
      case 'put': {
        if ((document?.version ?? 'absent') !== input.expect) return { state, output: { outcome: 'conflict', current: document } }
        const version = (document?.version ?? 0) + 1
        return { state: { ...state, document: { version, data: input.attemptId } }, output: { outcome: 'stored', version } }
      }
      case 'delete':
        if (!document) return { state, output: 'missing' }
        if (document.version !== input.version) return { state, output: 'conflict' }
        return { state: { ...state, document: null }, output: 'deleted' }
      case 'create':
        return { state: { ...state, hasTicket: true }, output: hasTicket ? 'exists' : 'created' }
      case 'take':
        return { state: { ...state, hasTicket: false }, output: hasTicket }
    }
  },
}

function shown(row: { readonly version: number; readonly data: string } | null): DocumentState['document'] {
  return row && { version: row.version, data: row.data }
}
