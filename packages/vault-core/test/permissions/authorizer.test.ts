import { describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../src/permissions/access-record.js'
import { parseAction } from '../../src/permissions/action.js'
import { type Authorizer, createAuthorizer } from '../../src/permissions/authorizer.js'
import { parseResourceUri } from '../../src/permissions/resource-uri.js'
import { ACCESS_RECORD_KIND, serializeAccessRecord } from '../../src/permissions/stored-access-record.js'
import type { DocumentRow } from '../../src/storage/contract.js'
import { oracleAllows } from './naive-oracle.js'
import { createGenerator } from './permission-generator.js'

const ROLES = {
  'Vault:Viewer': ['read'],
  'Vault:Editor': ['create', 'read', 'update', 'delete'],
  'Vault:Owner': ['*'],
  'Vault:Granter': [],
} as const
type RoleId = keyof typeof ROLES
const ROLE_IDS: readonly RoleId[] = ['Vault:Viewer', 'Vault:Editor', 'Vault:Owner', 'Vault:Granter']
const SUBJECTS = ['u1', 'u2', 'sc_1', 'u/3'] as const
const ACTIONS = ['read', 'READ:x', 'update', 'documents', '*'] as const

interface Plan {
  readonly recordId: string
  readonly status: AccessRecord['status']
  readonly users: readonly string[]
  readonly roles: readonly RoleId[]
  readonly resources: readonly string[]
}

function rowOf({ recordId, status, users, roles, resources }: Plan): DocumentRow {
  const statement = { roles, resources: resources.map((resourceUri) => ({ resourceUri })) }
  const references = users.map((userId) => ({ userId }))
  const record = { recordId, name: 'n', status, users: references, statements: [statement], lastUpdated: '2027-01-01T00:00:00.000Z' }
  return { tenant: 't', kind: ACCESS_RECORD_KIND, id: recordId, version: 1, data: serializeAccessRecord(record), updatedAtMs: 0 }
}

function expected(plans: Iterable<Plan>, subject: string, action: string, uri: string): boolean {
  const grants = [...plans]
    .filter(({ status, users }) => status === 'ACTIVE' && users.includes(subject))
    .flatMap(({ roles, resources }) =>
      roles.flatMap((role) => ROLES[role].flatMap((granted) => resources.map((resourceUri) => ({ action: granted, resourceUri })))),
    )
  return oracleAllows(grants, action, uri)
}

const decide = (authorizer: Authorizer, subject: string, action: string, uri: string): boolean =>
  authorizer.isAllowed(subject, parseAction(action), parseResourceUri(uri))

describe('the authorizer', () => {
  it('agrees with the rules while records come, change and go between checks', { timeout: 60_000 }, () => {
    const generate = createGenerator(77)
    const authorizer = createAuthorizer()
    const plans = new Map<string, Plan>()
    const seen = { allowed: 0, denied: 0 }
    for (let run = 0; run < 20_000; run += 1) {
      const { grants, uri } = generate.case()
      const at = (count: number, salt: number): number => (Math.imul(run + 1, 2_654_435_761 + salt * 97) >>> 8) % count
      const recordId = `r${at(12, 1)}`
      if (at(4, 2) === 0) plans.delete(recordId)
      else {
        plans.set(recordId, {
          recordId,
          status: at(5, 3) === 0 ? 'DELETED' : 'ACTIVE',
          users: SUBJECTS.filter((_, index) => at(2, 10 + index) === 0),
          roles: [ROLE_IDS[at(4, 4)] ?? 'Vault:Viewer', ROLE_IDS[at(4, 5)] ?? 'Vault:Viewer'],
          resources: grants.map(({ resourceUri }) => resourceUri),
        })
      }
      authorizer.load([...plans.values()].map(rowOf))
      for (const subject of SUBJECTS) {
        const action = ACTIONS[at(ACTIONS.length, 6)] ?? 'read'
        const allowed = expected(plans.values(), subject, action, uri)
        if (decide(authorizer, subject, action, uri) !== allowed)
          expect.fail(`${subject} ${action} ${uri} should be ${allowed} by ${JSON.stringify([...plans.values()])}`)
        seen[allowed ? 'allowed' : 'denied'] += 1
      }
    }
    expect(seen.allowed).toBeGreaterThan(10_000)
    expect(seen.denied).toBeGreaterThan(10_000)
  })

  it('takes over a change of the text even under the same version', () => {
    const authorizer = createAuthorizer()
    const plan: Plan = { recordId: 'r', status: 'ACTIVE', users: ['u1'], roles: ['Vault:Viewer'], resources: ['/a'] }
    authorizer.load([rowOf(plan)])
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(true)
    authorizer.load([rowOf({ ...plan, resources: ['/b'] })])
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(false)
    expect(decide(authorizer, 'u1', 'read', '/b')).toBe(true)
    authorizer.load([])
    expect(decide(authorizer, 'u1', 'read', '/b')).toBe(false)
  })
})
