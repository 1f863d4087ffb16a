/** Somebody with an account at the demo provider. */
export interface Person {
  /** What one types to sign in; also the subject. */
  readonly login: string
  readonly name: string
  readonly email: string
  readonly files: readonly PersonFile[]
}

export interface PersonFile {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** Bytes. */
  readonly size: number
}

/** The people of the demo. No passwords: it is a demo. */
export const people: readonly Person[] = [
  {
    login: 'alice',
    name: 'Alice Alvarez',
    email: 'alice@example.com',
    files: [
      { id: 'a1', name: 'Lease agreement.pdf', kind: 'PDF document', size: 182_044 },
      { id: 'a2', name: 'Budget 2027.xlsx', kind: 'Spreadsheet', size: 48_210 },
      { id: 'a3', name: 'Harbour at dawn.jpg', kind: 'Photograph', size: 3_120_771 },
    ],
  },
  {
    login: 'bob',
    name: 'Bob Brandt',
    email: 'bob@example.com',
    files: [
      { id: 'b1', name: 'Knots and splices.md', kind: 'Text', size: 9_113 },
      { id: 'b2', name: 'Rigging plan.svg', kind: 'Drawing', size: 77_432 },
    ],
  },
  {
    login: 'carol',
    name: 'Carol Castell',
    email: 'carol@example.com',
    files: [{ id: 'c1', name: 'Tide tables.csv', kind: 'Table', size: 21_904 }],
  },
]

export function personByLogin(login: string): Person | undefined {
  return people.find((person) => person.login === login)
}
