import { closedObject, createFieldProblems, textOf } from '../documents/field-problems.js'
import { readSubjects, readTags } from '../documents/read-fields.js'
import type { DocumentRow } from '../storage/contract.js'

/** What is known of a user. Credentials and permissions do not need it. */
export interface User {
  /** 1 to 255 characters. */
  readonly userId: string
  /** At most 256 characters each. */
  readonly name?: string
  readonly email?: string
  /** Address of a picture, at most 1,024 characters. */
  readonly picture?: string
  readonly tags?: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly createdTime: string
  /** ISO 8601. Grows with each change. */
  readonly lastUpdated: string
}

export type NewUser = Omit<User, 'createdTime' | 'lastUpdated'>

/** @throws {VaultError} `invalid_request` naming every bad field. */
export function parseNewUser(value: unknown): NewUser {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', ['userId', 'name', 'email', 'picture', 'tags'], problems)
  const userId = fields && readSubjects([{ userId: fields.get('userId') }], 'user', 1, problems)?.[0]?.userId
  if (userId?.startsWith('sc_')) problems.add('userId', 'must not begin with "sc_", which names service clients')
  const optionalText = (field: string, maximum: number): string | undefined => {
    const text = fields?.get(field)
    return text === undefined ? undefined : textOf(text, field, { minimum: 0, maximum }, problems)
  }
  const name = optionalText('name', 256)
  const email = optionalText('email', 256)
  const picture = optionalText('picture', 1024)
  const tags = readTags(fields?.get('tags'), problems)
  problems.throwIfAny('The user')
  return {
    userId: userId ?? '',
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(picture !== undefined && { picture }),
    ...(tags && { tags }),
  }
}

/** @throws When the row holds no user. */
export function parseStoredUser(row: DocumentRow): User {
  const stored: unknown = JSON.parse(row.data)
  if (typeof stored !== 'object' || stored === null) throw new TypeError('The document is no user.')
  const { createdTime, lastUpdated, ...content } = { createdTime: undefined, lastUpdated: undefined, ...stored }
  if (typeof createdTime !== 'string' || typeof lastUpdated !== 'string') throw new TypeError('The user has no times.')
  const user = parseNewUser(content)
  if (user.userId !== row.id) throw new TypeError('The user stands under the id of another.')
  return { ...user, createdTime, lastUpdated }
}
