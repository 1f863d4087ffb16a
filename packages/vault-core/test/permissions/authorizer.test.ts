import { describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../src/permissions/access-record.js'
import { parseAction } from '../../src/permissions/action.js'
import { type Authorizer, createAuthorizer, type Right } from '../../src/permissions/authorizer.js'
import { explainDecision } from '../../src/permissions/decision.js'
import { GROUP_KIND } from '../../src/permissions/group.js'
import { parseResourceUri } from '../../src/permissions/resource-uri.js'
import { ROLE_KIND } from '../../src/permissions/role.js'
import { ACCESS_RECORD_KIND } from '../../src/permissions/stored-access-record.js'
import type { DocumentRow } from '../../src/storage/contract.js'
import { oracleAllows } from './naive-oracle.js'
import { createGenerator } from './permission-generator.js'

/** What each role holds, by the right that it carries. */
type RoleRights = Readonly<Record<Right, readonly string[]>>
const BUILT_IN: Readonly<Record<string, RoleRights>> = {
  'Vault:Viewer': { allow: ['read'], grant: [], delegate: [] },
  'Vault:Editor': { allow: ['create', 'read', 'update', 'delete'], grant: [], delegate: [] },
  'Vault:Owner': { allow: ['*'], grant: ['*'], delegate: ['*'] },
  'Vault:Granter': { allow: [], grant: ['*'], delegate: [] },
}
const OWN_ROLE_IDS = ['own-1', 'own-2'] as const
const ROLE_IDS: readonly string[] = [...Object.keys(BUILT_IN), ...OWN_ROLE_IDS]
const GROUP_IDS = ['grp_1', 'grp_2', 'grp_3'] as const
const SUBJECTS = ['u1', 'u2', 'sc_1', 'u/3'] as const
const ACTIONS = ['read', 'READ:x', 'update', 'documents', '*'] as const
const RIGHTS: readonly Right[] = ['allow', 'allow', 'grant', 'delegate']

interface Plan {
  readonly recordId: string
  readonly status: AccessRecord['status']
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly resources: readonly string[]
}

/** All that the authorizer is given, in the test's own words. */
interface World {
  readonly plans: Map<string, Plan>
  /** Members by group. */
  readonly groups: Map<string, readonly string[]>
  readonly ownRoles: Map<string, RoleRights>
}

const rowOf = (kind: string, id: string, document: object): DocumentRow => ({
  tenant: 't',
  kind,
  id,
  version: 1,
  data: JSON.stringify(document),
  updatedAtMs: 0,
})
const TIMES = { createdTime: '2027-01-01T00:00:00.000Z', lastUpdated: '2027-01-01T00:00:00.000Z' }

function recordRow({ recordId, status, users, groups, roles, resources }: Plan): DocumentRow {
  const statement = { roles, resources: resources.map((resourceUri) => ({ resourceUri })) }
  const parties = { users: users.map((userId) => ({ userId })), groups: groups.map((groupId) => ({ groupId })) }
  const { lastUpdated } = TIMES
  return rowOf(ACCESS_RECORD_KIND, recordId, { recordId, name: 'n', status, ...parties, statements: [statement], lastUpdated })
}

function load(authorizer: Authorizer, { plans, groups, ownRoles }: World): void {
  authorizer.load({
    records: [...plans.values()].map(recordRow),
    groups: [...groups].map(([groupId, users]) =>
      rowOf(GROUP_KIND, groupId, { groupId, name: 'g', users: users.map((userId) => ({ userId })), ...TIMES }),
    ),
    roles: [...ownRoles].map(([roleId, rights]) => {
      const permissions = (['allow', 'grant', 'delegate'] as const).flatMap((right) =>
        rights[right].map((action) => ({ action, allow: false, grant: false, delegate: false, [right]: true })),
      )
      return rowOf(ROLE_KIND, roleId, { roleId, name: 'r', description: '', permissions })
    }),
  })
}

function expected({ plans, groups, ownRoles }: World, subject: string, right: Right, action: string, uri: string): boolean {
  const isMember = (groupId: string): boolean => groups.get(groupId)?.includes(subject) ?? false
  const carried = (rights: RoleRights | undefined): readonly string[] =>
    right === 'grant' ? [...(rights?.grant ?? []), ...(rights?.delegate ?? [])] : (rights?.[right] ?? [])
  const grants = [...plans.values()]
    .filter((plan) => plan.status === 'ACTIVE' && (plan.users.includes(subject) || plan.groups.some(isMember)))
    .flatMap(({ roles, resources }) =>
      roles.flatMap((role) =>
        carried(BUILT_IN[role] ?? ownRoles.get(role)).flatMap((granted) =>
          resources.map((resourceUri) => ({ action: granted, resourceUri })),
        ),
      ),
    )
  return oracleAllows(grants, action, uri)
}

const decide = (authorizer: Authorizer, subject: string, action: string, uri: string, right?: Right): boolean =>
  authorizer.isAllowed(subject, parseAction(action), parseResourceUri(uri), right)

describe('the authorizer', () => {
  it('agrees with the rules while records, roles and groups come, change and go between checks', { timeout: 120_000 }, () => {
    const generate = createGenerator(77)
    const authorizer = createAuthorizer()
    const world: World = { plans: new Map(), groups: new Map(), ownRoles: new Map() }
    const seen = { allowed: 0, denied: 0, explained: 0 }
    for (let run = 0; run < 25_000; run += 1) {
      const { grants, uri } = generate.case()
      const at = (count: number, salt: number): number => (Math.imul(run + 1, 2_654_435_761 + salt * 97) >>> 8) % count
      const some = <T>(items: readonly T[], oneIn: number, salt: number): readonly T[] =>
        items.filter((_, index) => at(oneIn, salt + index) === 0)
      const recordId = `r${at(12, 1)}`
      if (at(4, 2) === 0) world.plans.delete(recordId)
      else {
        world.plans.set(recordId, {
          recordId,
          status: at(5, 3) === 0 ? 'DELETED' : 'ACTIVE',
          users: some(SUBJECTS, 3, 10),
          groups: some(GROUP_IDS, 3, 20),
          roles: [ROLE_IDS[at(ROLE_IDS.length, 4)] ?? 'own-1', ROLE_IDS[at(ROLE_IDS.length, 5)] ?? 'own-2'],
          resources: grants.map(({ resourceUri }) => resourceUri),
        })
      }
      const groupId = GROUP_IDS[at(GROUP_IDS.length, 30)] ?? 'grp_1'
      if (at(6, 31) === 0) world.groups.delete(groupId)
      else if (at(3, 32) === 0) world.groups.set(groupId, some(SUBJECTS, 2, 33))
      const roleId = OWN_ROLE_IDS[at(OWN_ROLE_IDS.length, 40)] ?? 'own-1'
      if (at(9, 41) === 0) world.ownRoles.delete(roleId)
      else if (at(4, 42) === 0) {
        const action = generate.case().action
        world.ownRoles.set(roleId, { allow: [action], grant: some([action, 'read'], 2, 43), delegate: some([action], 3, 45) })
      }
      load(authorizer, world)

      const action = ACTIONS[at(ACTIONS.length, 6)] ?? 'read'
      const right = RIGHTS[at(RIGHTS.length, 7)] ?? 'allow'
      for (const subject of SUBJECTS) {
        const allowed = expected(world, subject, right, action, uri)
        if (decide(authorizer, subject, action, uri, right) !== allowed)
          expect.fail(`${subject} ${right} ${action} ${uri} should be ${allowed} by ${JSON.stringify([...world.plans.values()])}`)
        seen[allowed ? 'allowed' : 'denied'] += 1
        if (right !== 'allow' || run % 4 !== 0) continue
        const decision = explainDecision(authorizer.holdingsOf(subject), parseAction(action), parseResourceUri(uri))
        if (decision.allowed !== allowed) expect.fail(`The explanation of ${subject} ${action} ${uri} says ${JSON.stringify(decision)}.`)
        const record = authorizer.recordThatAllows(subject, parseAction(action), parseResourceUri(uri))
        const isOneOfThem = allowed ? decision.grants.some(({ recordId }) => recordId === record) : record === undefined
        if (!isOneOfThem) expect.fail(`${subject} ${action} ${uri} is said to be allowed by ${record}, not by ${JSON.stringify(decision)}.`)
        seen.explained += 1
      }
    }
    expect(seen.allowed).toBeGreaterThan(10_000)
    expect(seen.denied).toBeGreaterThan(10_000)
    expect(seen.allowed + seen.denied).toBe(100_000)
    expect(seen.explained).toBeGreaterThan(5_000)
  })

  it('takes over a change of the text even under the same version', () => {
    const authorizer = createAuthorizer()
    const plan: Plan = { recordId: 'r', status: 'ACTIVE', users: ['u1'], groups: [], roles: ['Vault:Viewer'], resources: ['/a'] }
    authorizer.load({ records: [recordRow(plan)] })
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(true)
    authorizer.load({ records: [recordRow({ ...plan, resources: ['/b'] })] })
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(false)
    expect(decide(authorizer, 'u1', 'read', '/b')).toBe(true)
    authorizer.load({ records: [] })
    expect(decide(authorizer, 'u1', 'read', '/b')).toBe(false)
  })

  it('leaves the kinds that it is not given as they were', () => {
    const authorizer = createAuthorizer()
    const world: World = {
      plans: new Map([['r', { recordId: 'r', status: 'ACTIVE', users: [], groups: ['grp_1'], roles: ['own-1'], resources: ['/a'] }]]),
      groups: new Map([['grp_1', ['u1']]]),
      ownRoles: new Map([['own-1', { allow: ['read'], grant: [], delegate: [] }]]),
    }
    load(authorizer, world)
    authorizer.load({})
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(true)
    authorizer.load({ groups: [] })
    expect(decide(authorizer, 'u1', 'read', '/a')).toBe(false)
  })
})
