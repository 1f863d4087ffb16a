/** The store that all processes of a test share, as JSON. */
export type StorePlace =
  | { readonly kind: 'postgres'; readonly connectionString: string; readonly schema: string }
  | { readonly kind: 'mariadb'; readonly connectionString: string }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'files'; readonly path: string }

/** Since then all clocks of a world run so many times faster, the store's, the vaults' and those of their timers: nobody sees a leap. */
export interface TimeLapse {
  readonly sinceMs: number
  readonly factor: number
}

/** What a worker is started with. */
export interface WorkerSetup {
  readonly place: StorePlace
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** base64 */
  readonly key: string
  readonly callerWaitMs: number
  /** Where refreshes are sent, if not to the issuer's own endpoint. */
  readonly tokenEndpoint?: string
  readonly timeLapse?: TimeLapse
}

/** One line to a worker. */
export interface WorkerTask {
  readonly id: number
  /** By how much all clocks run ahead, the store's and the vault's. Milliseconds. */
  readonly aheadMs: number
  /** Whose credentials to get, all at once. */
  readonly userIds: readonly string[]
  readonly forceRefresh: boolean
}

/** What came of one credential: a token, told by its last characters, or the code and reason of an error. */
export type WorkerOutcome = { readonly token: string } | { readonly code: string; readonly reason: string | undefined }

/** What came of a task. */
export interface WorkerAnswer {
  readonly id: number
  readonly outcomes: Readonly<Record<string, WorkerOutcome>>
}

/** What the store has taken from this worker: the new tokens, or that the user has to consent again. */
export interface WorkerReport {
  readonly written: 'refreshed' | 'reauthorization_required'
  readonly userId: string
}

/** One line from a worker. */
export type WorkerLine = WorkerAnswer | WorkerReport
