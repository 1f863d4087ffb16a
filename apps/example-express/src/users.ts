/** Somebody with an account at this application. Not the same as his account at the provider. */
export interface User {
  readonly userId: string
  readonly name: string
  readonly role: string
}

/** The users of the example. No passwords: it runs on your machine only. */
export const users: readonly User[] = [
  { userId: 'ada', name: 'Ada Okafor', role: 'Bookkeeping' },
  { userId: 'ben', name: 'Ben Lindqvist', role: 'Design' },
  { userId: 'chloe', name: 'Chloé Martin', role: 'Support' },
]

export function userById(userId: string | undefined): User | undefined {
  return users.find((user) => user.userId === userId)
}
