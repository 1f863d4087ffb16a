import { randomToken } from '../crypto/random-token.js'
import { listAllDocuments } from '../documents/documents.js'
import { VaultError } from '../errors.js'
import type { RandomSource } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import type { ChainHead } from './chain-head.js'
import type { Checkpoint } from './checkpoint.js'
import type { MarkedJson } from './marked-json.js'

/** The documents of the chain: its head, and a checkpoint for each so many entries before. */
export interface ChainDocuments {
  /** `changed`: it does not carry the vault's mark. */
  readHead(): Promise<StoredHead | 'missing' | { readonly changed: { readonly version: number } }>
  /** Compare-and-swap. False when another process was first. */
  putHead(head: ChainHead, expect: 'absent' | number): Promise<boolean>
  readCheckpoint(number: number): Promise<Checkpoint | 'missing' | 'changed'>
  /** Keeps a checkpoint that the head says is closed, over whatever stands in its place. */
  keepCheckpoint(checkpoint: Checkpoint): Promise<void>
  removeCheckpoint(number: number): Promise<void>
  /** All checkpoints that stand there, and whatever else stands among them. In no order. */
  listCheckpoints(): Promise<readonly ListedCheckpoint[]>
  markOf(checkpoint: Checkpoint): Promise<string>
}

export interface StoredHead {
  readonly head: ChainHead
  readonly version: number
}

export interface ListedCheckpoint {
  /** Undefined when the id is that of no checkpoint. */
  readonly number: number | undefined
  /** Undefined when it does not carry the vault's mark. */
  readonly checkpoint: Checkpoint | undefined
}

const HEAD_KIND = 'audit-head'
const CHECKPOINT_KIND = 'audit-checkpoint'
const HEAD_ID = 'head'
const ID_LENGTH = 12

export function createChainDocuments(parts: {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly marked: MarkedJson
  readonly random: RandomSource
}): ChainDocuments {
  const { documents, tenant, marked, random } = parts
  const headKey = { tenant, kind: HEAD_KIND, id: HEAD_ID }
  const keyOf = (number: number) => ({ tenant, kind: CHECKPOINT_KIND, id: String(number).padStart(ID_LENGTH, '0') })

  async function readMarked(number: number, data: string): Promise<Checkpoint | undefined> {
    const checkpoint = await marked.read<Checkpoint>(placeOf(number), data)
    if (checkpoint) assertVersion(checkpoint)
    return checkpoint
  }

  return {
    async readHead() {
      const row = await documents.get(headKey)
      if (!row) return 'missing'
      const head = await marked.read<ChainHead>(HEAD_PLACE, row.data)
      if (!head) return { changed: { version: row.version } }
      assertVersion(head)
      return { head, version: row.version }
    },

    async putHead(head, expect) {
      const data = await marked.write(HEAD_PLACE, head)
      return (await documents.put({ ...headKey, data, expect, attemptId: randomToken(random, 16) })).outcome === 'stored'
    },

    async readCheckpoint(number) {
      const row = await documents.get(keyOf(number))
      return row ? ((await readMarked(number, row.data)) ?? 'changed') : 'missing'
    },

    async keepCheckpoint(checkpoint) {
      const key = keyOf(checkpoint.number)
      const data = await marked.write(placeOf(checkpoint.number), checkpoint)
      let expect: 'absent' | number = 'absent'
      for (;;) {
        const put = await documents.put({ ...key, data, expect, attemptId: randomToken(random, 16) })
        // Processes that keep the same checkpoint at once write the same.
        if (put.outcome === 'stored' || put.current?.data === data) return
        expect = put.current?.version ?? 'absent'
      }
    },

    async removeCheckpoint(number) {
      const key = keyOf(number)
      for (;;) {
        const row = await documents.get(key)
        if (!row || (await documents.delete(key, row.version)) !== 'conflict') return
      }
    },

    async listCheckpoints() {
      const listed: ListedCheckpoint[] = []
      for (const { id, data } of await listAllDocuments(documents, tenant, CHECKPOINT_KIND)) {
        const number = /^\d{12}$/.test(id) ? Number(id) : undefined
        listed.push({ number, checkpoint: number === undefined ? undefined : await readMarked(number, data) })
      }
      return listed
    },

    markOf: (checkpoint) => marked.mark(placeOf(checkpoint.number), checkpoint),
  }
}

const HEAD_PLACE = ['head']

function placeOf(number: number): readonly string[] {
  return ['checkpoint', String(number)]
}

function assertVersion({ v }: { readonly v: number }): void {
  if (v === 1) return
  throw new VaultError('store_unavailable', `The audit log is in format ${v}, of a later version of the vault. Use that version here, too.`)
}
