import type { VaultStore } from '@holdfast/vault-core'
import { bytesOf, insertOne, keyOf, newCredential } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** Pairs that a careless store takes for one key. */
const LOOKALIKES: readonly (readonly [string, string, string])[] = [
  ['case', 'User', 'user'],
  ['a trailing space', 'user', 'user '],
  ['a leading space', 'user', ' user'],
  ['Unicode form', 'é', 'e\u0301'],
  ['accents', 'resume', 'résumé'],
  ['the Turkish i', 'I', 'ı'],
  ['sharp s', 'strasse', 'straße'],
  ['an underscore as a wildcard', 'a_c', 'abc'],
  ['a percent sign as a wildcard', 'a%', 'abc'],
  ['a star', '*', 'x'],
  ['a number', '1', '01'],
  ['what comes after 200 characters', `${'k'.repeat(220)}a`, `${'k'.repeat(220)}b`],
  ['compatibility forms', 'ﬁle', 'file'],
  ['a mark of writing direction', 'ab', 'a\u200fb'],
  ['a trailing dot', 'user', 'user.'],
  ['width', 'a', 'ａ'],
  ['an invisible character', 'ab', 'a\u200bb'],
  ['full emoji', '👍', '👍🏽'],
]

const AWKWARD: readonly (readonly [string, string])[] = [
  ['255 characters', 'k'.repeat(255)],
  ['255 UTF-16 units of emoji', `${'🔑'.repeat(127)}x`],
  ['every script', 'Ω-ж-名-ש-ع-ก-한-አ'],
  ['quotes', `'"\`;--`],
  ['a slash, a backslash and dots', '../a\\b/..'],
  ['percent encodings', '%2F%00%25'],
  ['255 characters of three bytes each', '名'.repeat(255)],
  ['the names of devices and files', 'CON/NUL.txt/..'],
  ['spaces around', '  a  '],
  ['line ends and tabs', 'a\r\n\tb'],
  ['a colon and a bar', 'auth0|a:b@c'],
  ['braces and dollars', '${x} {{y}} $1'],
  ['a JSON text', '["a","b"]'],
]

const REFUSED: readonly (readonly [string, string])[] = [
  ['an empty key', ''],
  ['256 characters', 'k'.repeat(256)],
  ['a NUL', 'a\0b'],
  ['a lone surrogate', 'a\ud800b'],
]

/** Keys are opaque, compared exactly, and bounded. */
export function keyRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  describe('keys', () => {
    rule(
      'documents that are asked for at the same time come each to who asked for it, and those that are missing to nobody',
      async ({ store, tenant }) => {
        const ids = [...new Set([...LOOKALIKES.flatMap(([, one, other]) => [one, other]), ...AWKWARD.map(([, id]) => id)])]
        const dataOf = (id: string): string | undefined => (ids.indexOf(id) % 3 === 0 ? undefined : `of ${id}`)
        for (const id of ids) {
          const data = dataOf(id)
          if (data !== undefined) await store.documents.put({ tenant, kind: 'k', id, data, expect: 'absent', attemptId: 'a' })
        }
        const asked = [...ids, ...ids.toReversed()]
        const rows = await Promise.all(asked.map((id) => store.documents.get({ tenant, kind: 'k', id })))
        expect(rows.map((row) => row?.data)).toEqual(asked.map(dataOf))
        const ofOtherKinds = await Promise.all(asked.map((id) => store.documents.get({ tenant, kind: 'K', id })))
        expect(ofOtherKinds.filter((row) => row !== null)).toEqual([])
      },
    )

    for (const [name, one, other] of LOOKALIKES) {
      rule(`are compared exactly: ${name} makes a difference`, async ({ store, tenant }) => {
        await insertOne(store, tenant, { userId: one, data: 'one' })
        const [keyOfOne, keyOfOther] = [keyOf(newCredential(tenant, { userId: one })), keyOf(newCredential(tenant, { userId: other }))]
        expect(await store.credentials.get(keyOfOther)).toBe(null)
        expect((await store.credentials.getMany([keyOfOther, keyOfOne])).map((row) => row?.data)).toEqual([undefined, 'one'])
        await insertOne(store, tenant, { userId: other, data: 'other' })
        expect((await store.credentials.get(keyOf(newCredential(tenant, { userId: one }))))?.data).toBe('one')
        expect((await store.credentials.list({ tenant, userId: one, limit: 10 })).items.length).toBe(1)
        const kind = 'kind'
        await store.documents.put({ tenant, kind, id: one, data: 'one', expect: 'absent', attemptId: 'a' })
        expect(await store.documents.get({ tenant, kind, id: other })).toBe(null)
        await store.tickets.create({ tenant, kind, id: one, data: bytesOf('one'), ttlMs: 60_000 })
        expect(await store.tickets.take({ tenant, kind, id: other })).toBe(null)
        await store.audit.append([{ tenant, id: 'entry', subject: one, data: '{}' }])
        expect(await store.audit.list({ tenant, subject: other, limit: 1 })).toEqual([])
      })
    }

    for (const [name, key] of AWKWARD) {
      rule(`may hold ${name}`, async ({ store, tenant }) => {
        const row = await insertOne(store, tenant, { connectionId: key, userId: key, accountId: key, attemptId: key })
        expect(await store.credentials.get(keyOf(row))).toEqual(row)
        expect(await store.credentials.getMany([keyOf(row)])).toEqual([row])
        await store.documents.put({ tenant, kind: key, id: key, data: 'd', expect: 'absent', attemptId: key })
        expect((await store.documents.list({ tenant, kind: key, limit: 10 })).items.map(({ id }) => id)).toEqual([key])
        await store.tickets.create({ tenant, kind: key, id: key, data: bytesOf('t'), ttlMs: 60_000 })
        expect(await store.tickets.take({ tenant, kind: key, id: key })).toEqual(bytesOf('t'))
        await store.outbox.add([{ tenant, id: key, topic: key, orderingKey: key, data: bytesOf('j') }])
        const [leased] = await store.outbox.lease({ tenant, topics: [key], limit: 1, leaseMs: 60_000 })
        expect(leased).toMatchObject({ id: key, topic: key, orderingKey: key })
        expect(await store.outbox.complete({ tenant, id: key, attempt: leased?.attempt ?? 0 })).toBe(true)
        await store.audit.append([{ tenant, id: key, subject: key, data: '{}' }])
        expect(await store.audit.list({ tenant, subject: key, limit: 1 })).toMatchObject([{ id: key, subject: key }])
      })
    }

    for (const [name, key] of REFUSED) {
      rule(`with ${name} are refused by every method with invalid_request`, async ({ store, tenant }) => {
        for (const [method, call] of Object.entries(callsWith(store, tenant, key))) await expectCode(call, 'invalid_request', method)
      })
    }

    rule('do not run into each other where they touch', async ({ store, tenant }) => {
      await insertOne(store, tenant, { connectionId: 'a', userId: 'bc', data: '1' })
      await insertOne(store, tenant, { connectionId: 'ab', userId: 'c', data: '2' })
      expect((await store.credentials.get(keyOf(newCredential(tenant, { connectionId: 'a', userId: 'bc' }))))?.data).toBe('1')
      expect((await store.credentials.get(keyOf(newCredential(tenant, { connectionId: 'ab', userId: 'c' }))))?.data).toBe('2')
    })
  })
}

function callsWith(store: VaultStore, tenant: string, key: string): Readonly<Record<string, () => Promise<unknown>>> {
  const { credentials, documents, tickets, outbox, audit } = store
  const credentialKey = keyOf(newCredential(tenant, { userId: key }))
  const holder = { owner: 'o', fence: 1 }
  return {
    'credentials.get': () => credentials.get(credentialKey),
    'credentials.getMany': () => credentials.getMany([credentialKey]),
    'credentials.insert': () => credentials.insert(newCredential(tenant, { userId: key })),
    'credentials.update': () => credentials.update({ key: credentialKey, attemptId: 'a', expect: { version: 1 }, set: {} }),
    'credentials.delete': () => credentials.delete(credentialKey, 1),
    'credentials.claim': () =>
      credentials.claim({ key: credentialKey, owner: 'o', attemptId: 'a', leaseMs: 1, expectVersion: 1, takeOverSentAfterMs: 0 }),
    'credentials.markSent': () => credentials.markSent(credentialKey, holder),
    'credentials.renew': () => credentials.renew(credentialKey, holder, 1),
    'credentials.release': () => credentials.release(credentialKey, holder),
    'credentials.list': () => credentials.list({ tenant: key, limit: 1 }),
    'credentials.due': () => credentials.due({ tenant: key, dueBeforeMs: 1, limit: 1 }),
    'credentials.due, a connection': () => credentials.due({ tenant, dueBeforeMs: 1, limit: 1, excludeConnectionIds: [key] }),
    'credentials.touch': () => credentials.touch({ keys: [credentialKey], atMs: 1 }),
    'credentials.counts': () => credentials.counts({ tenant: key }),
    'documents.get': () => documents.get({ tenant, kind: 'k', id: key }),
    'documents.put': () => documents.put({ tenant, kind: 'k', id: key, data: '', expect: 'absent', attemptId: 'a' }),
    'documents.delete': () => documents.delete({ tenant, kind: 'k', id: key }, 1),
    'documents.list': () => documents.list({ tenant, kind: key, limit: 1 }),
    'tickets.create': () => tickets.create({ tenant, kind: 'k', id: key, data: bytesOf(''), ttlMs: 1 }),
    'tickets.take': () => tickets.take({ tenant, kind: 'k', id: key }),
    'outbox.add': () => outbox.add([{ tenant, id: key, topic: 't', data: bytesOf('') }]),
    'outbox.lease': () => outbox.lease({ tenant: key, topics: ['t'], limit: 1, leaseMs: 1 }),
    'outbox.add, an ordering key': () => outbox.add([{ tenant, id: 'i', topic: 't', orderingKey: key, data: bytesOf('') }]),
    'outbox.depth': () => outbox.depth({ tenant: key, topics: ['t'] }),
    'outbox.complete': () => outbox.complete({ tenant, id: key, attempt: 1 }),
    'outbox.retry': () => outbox.retry({ tenant, id: key, attempt: 1, delayMs: 1 }),
    'audit.append': () => audit.append([{ tenant, id: key, data: '' }]),
    'audit.append, a subject': () => audit.append([{ tenant, id: 'i', subject: key, data: '' }]),
    'audit.list': () => audit.list({ tenant: key, limit: 1 }),
    'audit.list, a subject': () => audit.list({ tenant, subject: key, limit: 1 }),
    'audit.prune': () => audit.prune({ tenant: key, throughSequence: 1 }),
  }
}
