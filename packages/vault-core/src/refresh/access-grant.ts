import type { CredentialData } from '../credentials/credential-data.js'
import type { Secret } from '../secret.js'
import type { CredentialRow } from '../storage/contract.js'

/** A token that may be handed out: what a refresh yields, whether it was read from the row or comes straight from the provider. */
export interface AccessGrant {
  readonly accessToken: Secret
  /** The account, as callers name it. */
  readonly accountId: string
  readonly tokenType: string
  readonly scope: string | null
  readonly issuedAtMs: number
  readonly expiresAtMs: number | null
  /** The account id of its row: what is sealed beside its tokens is sealed for that. */
  readonly accountKey: string
  /** As in {@link CredentialData.sealedProperties}. */
  readonly sealedProperties: string | null
  /** As in {@link CredentialData.sealedDpopKey}. */
  readonly sealedDpopKey: string | null
  readonly epoch: number
  /** As in {@link CredentialData.tokenFence}. */
  readonly tokenFence: number
}

/** Whether the row, with this data, holds a newer one of the same user's grants. */
export function isOlderThan({ epoch, tokenFence }: AccessGrant, row: CredentialRow, data: CredentialData): boolean {
  return epoch < row.epoch || (epoch === row.epoch && tokenFence < data.tokenFence)
}
