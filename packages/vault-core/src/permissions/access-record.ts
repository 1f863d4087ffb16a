/** Who may do what to which resources. Records only add: none takes away what another gives. */
export interface AccessRecord {
  /** 1 to 100 characters. */
  readonly recordId: string
  /** 1 to 128 characters. */
  readonly name: string
  /** At most 1,024 characters. */
  readonly description?: string
  /** A deleted record is kept, and gives nothing. */
  readonly status: 'ACTIVE' | 'DELETED'
  /** Whom each statement is about that names no users and groups of its own. At most 1,000. */
  readonly users?: readonly SubjectReference[]
  /** Whose members each statement is about that names no users and groups of its own. At most 100. */
  readonly groups?: readonly GroupReference[]
  /** Who may change the record, for the management API. Gives no other access. At most 100. */
  readonly admins?: readonly SubjectReference[]
  /** 1 to 100. */
  readonly statements: readonly AccessStatement[]
  readonly tags?: Readonly<Record<string, string>>
  /** ISO 8601. Grows with each change. */
  readonly lastUpdated: string
}

/** A user by his id; a service client by its client id, or by `Vault:ServiceClients/{clientId}`. */
export interface SubjectReference {
  readonly userId: string
}

/** All members of a group, as they are when a permission is asked for. */
export interface GroupReference {
  readonly groupId: string
}

/** Each of the roles, on each of the resources. */
export interface AccessStatement {
  /** 1 to 100 role ids. */
  readonly roles: readonly string[]
  /** 1 to 100 resource URIs; wildcards as {@link parseResourcePattern} has them. */
  readonly resources: readonly { readonly resourceUri: string }[]
  /** At most 100; only where the record itself names no users and groups. */
  readonly users?: readonly SubjectReference[]
  /** At most 100; only where the record itself names no users and groups. */
  readonly groups?: readonly GroupReference[]
}

export interface NewAccessRecord {
  /** Default: made by the vault, `rec_…`. */
  readonly recordId?: string
  readonly name: string
  readonly description?: string
  readonly users?: readonly SubjectReference[]
  readonly groups?: readonly GroupReference[]
  readonly admins?: readonly SubjectReference[]
  readonly statements: readonly AccessStatement[]
  readonly tags?: Readonly<Record<string, string>>
}
