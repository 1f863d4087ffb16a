import type { AccessRecord, NewAccessRecord } from '@holdfast/vault-core'
import { z } from 'zod'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly, tags } from './body-fields.js'
import { type Asking, requireRightOrAdmin } from './caller-rights.js'
import { collectionAnswer, collectionReply, pageFields, selfLink } from './paging.js'
import { readUnmodifiedSince } from './unmodified-since.js'

const users = z.array(z.strictObject({ userId: z.string() })).exactOptional()
const groups = z.array(z.strictObject({ groupId: z.string() })).exactOptional()

const recordFields = {
  name: z.string(),
  description: z.string().exactOptional(),
  users: users.meta({
    description: 'Users, and service clients, whom the statements are about. In the record or in its statements, not in both.',
  }),
  groups: groups.meta({ description: 'Groups whom the statements are about. In the record or in its statements, not in both.' }),
  admins: users.meta({ description: 'Who may change the record.' }),
  statements: z
    .array(
      z.strictObject({
        roles: z.array(z.string()),
        resources: z.array(z.strictObject({ resourceUri: z.string() })),
        users,
        groups,
      }),
    )
    .meta({ description: 'Each of the roles, on each of the resources and on what is below them.' }),
  tags,
}

const recordBody = z.strictObject({
  recordId: z
    .string()
    .exactOptional()
    .meta({ description: 'Default: made by the vault, `rec_…`. In a PUT it must be the one in the path.' }),
  ...recordFields,
  status: z.literal('ACTIVE', { error: 'is set by the vault; send DELETE to end a record' }).exactOptional(),
  lastUpdated: readOnly,
  capacity: readOnly,
  account: readOnly,
  links: readOnly,
})

const recordAnswer = z.object({
  recordId: z.string(),
  ...recordFields,
  status: z.enum(['ACTIVE', 'DELETED']),
  lastUpdated: z.string(),
  links: z.object({ self: z.object({ href: z.url() }) }),
})

const recordsQuery = z.strictObject({
  ...pageFields,
  filter: z.string().exactOptional().meta({ description: 'Part of id, name or description. Case does not matter.' }),
  status: z.enum(['ACTIVE', 'DELETED']).exactOptional().meta({ description: 'Default: those that are active.' }),
})

/** Access records: who may do what to which resources. */
export const accessRecordOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getRecords',
    method: 'GET',
    path: '/v1/records',
    tag: 'Access records',
    summary: 'Lists access records.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:AccessRecords' },
    query: recordsQuery,
    answers: { 200: { description: 'A page of access records.', schema: collectionAnswer('records', recordAnswer) } },
    handle: async (call) => {
      const { items, ...page } = await call.settings.vault.accessRecords.list(call.query)
      return collectionReply(call, 'records', { ...page, items: items.map((record) => toWireRecord(call, record)) })
    },
  }),
  operation({
    operationId: 'createRecord',
    method: 'POST',
    path: '/v1/records',
    tag: 'Access records',
    summary: 'Makes an access record. The caller must hold everything that it gives, with the right to give it on.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:AccessRecords' },
    changes: 'Vault:AccessRecords/{recordId}',
    body: recordBody,
    answers: {
      201: { description: 'The access record.', schema: recordAnswer },
      409: { description: 'There is, or was, an access record of this id.' },
    },
    handle: async (call) => {
      const { settings, caller, body } = call
      return jsonReply(201, toWireRecord(call, await settings.vault.accessRecords.create(toNewRecord(body), { by: caller.id })))
    },
  }),
  operation({
    operationId: 'getRecord',
    method: 'GET',
    path: '/v1/records/{recordId}',
    tag: 'Access records',
    summary: 'Shows an access record, to whoever may READ it and to its admins. Deleted ones are shown too.',
    access: { kind: 'caller' },
    answers: { 200: { description: 'The access record.', schema: recordAnswer }, 404: { description: 'There is no such access record.' } },
    handle: async (call) => {
      const recordId = await requireRecordRight(call, 'READ')
      return jsonReply(200, toWireRecord(call, await call.settings.vault.accessRecords.get(recordId)))
    },
  }),
  operation({
    operationId: 'updateRecord',
    method: 'PUT',
    path: '/v1/records/{recordId}',
    tag: 'Access records',
    summary: 'Replaces an access record, for whoever may UPDATE it and for its admins, as far as they may give what it gives.',
    access: { kind: 'caller' },
    changes: 'Vault:AccessRecords/{recordId}',
    body: recordBody,
    answers: {
      200: { description: 'The access record as it is now.', schema: recordAnswer },
      404: { description: 'There is no such access record, or it is deleted.' },
      412: { description: 'The access record changed after the time in `If-Unmodified-Since`.' },
    },
    handle: async (call) => {
      const { settings, request, caller, body } = call
      const recordId = await requireRecordRight(call, 'UPDATE')
      const options = { by: caller.id, ...readUnmodifiedSince(request) }
      return jsonReply(200, toWireRecord(call, await settings.vault.accessRecords.update(recordId, toNewRecord(body), options)))
    },
  }),
  operation({
    operationId: 'deleteRecord',
    method: 'DELETE',
    path: '/v1/records/{recordId}',
    tag: 'Access records',
    summary: 'Ends an access record, for whoever may UPDATE it and for its admins. It is kept, and gives nothing.',
    access: { kind: 'caller' },
    changes: 'Vault:AccessRecords/{recordId}',
    answers: { 204: { description: 'It gives nothing any more.' }, 404: { description: 'There is no such access record.' } },
    handle: async (call) => {
      await call.settings.vault.accessRecords.delete(await requireRecordRight(call, 'UPDATE'))
      return emptyReply(204)
    },
  }),
]

async function requireRecordRight<Context>(call: Asking<Context>, permission: string): Promise<string> {
  const { recordId = '' } = call.params
  await requireRightOrAdmin(call, permission, 'Vault:AccessRecords/{recordId}', () => call.settings.vault.accessRecords.get(recordId))
  return recordId
}

function toNewRecord(body: z.output<typeof recordBody>): NewAccessRecord {
  const { status: _status, lastUpdated: _lastUpdated, capacity: _capacity, account: _account, links: _links, ...record } = body
  return record
}

function toWireRecord<Context>(call: Pick<OperationCall<Context, unknown, unknown>, 'settings'>, record: AccessRecord): object {
  return { ...record, links: selfLink(call, 'records', record.recordId) }
}
