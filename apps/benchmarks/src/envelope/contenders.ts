import type { CipherSuite, EnvelopePrimitives } from '@holdfast/vault-core'
import { aesPrimitives } from '@holdfast/vault-core/aes'
import { nodePrimitives } from '@holdfast/vault-node'

/** The envelope as it can be set up. */
export interface Envelope {
  readonly name: string
  readonly primitives: EnvelopePrimitives
  readonly suite: CipherSuite
}

export const BY_NOBLE = 'hf1 by noble'
export const BY_NODE = 'hf1 by node'

const node = nodePrimitives()

export const ENVELOPES: readonly Envelope[] = [
  { name: BY_NOBLE, primitives: aesPrimitives, suite: 'xchacha20-poly1305' },
  { name: BY_NODE, primitives: node, suite: 'xchacha20-poly1305' },
  { name: `${BY_NOBLE}, AES`, primitives: aesPrimitives, suite: 'aes-256-gcm' },
  { name: `${BY_NODE}, AES`, primitives: node, suite: 'aes-256-gcm' },
]
