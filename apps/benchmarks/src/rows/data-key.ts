import { localKeyring } from '@holdfast/vault-core'
import { createSealer, runtimeWithDefaults, type Sealer } from '@holdfast/vault-core/internal'
import { memoryStore } from '@holdfast/vault-store-memory'
import { alternate } from '../alternate.ts'
import type { Contender } from '../contender.ts'
import { ENVELOPES, type Envelope } from '../envelope/contenders.ts'
import { BARE_NOBLE, FLOORS } from '../envelope/floors.ts'
import { newMaterial, RECORD, random } from '../envelope/material.ts'
import type { Row } from '../row.ts'

const LENGTH = 1_000
const PLACE = { ...RECORD, field: 'access_token', epoch: 1, secretRev: 12 } as const

export const dataKeyRow: Row = {
  name: 'value-data-key',
  title: 'Open a value of 1 KB through the vault, its data key in the cache or not',
  fairness:
    'The whole way of a sealed value in the vault: find the data key, write the context, open. Without the cache each call reads the wrapped ' +
    'key from a memory store, parses it and unwraps it by a local keyring, which is pure TypeScript in either case. Over a database its answer ' +
    'comes on top, and over a key service the network.',
  async measure(settings) {
    const material = newMaterial(LENGTH)
    const floors = FLOORS.filter(({ name }) => name === BARE_NOBLE)
    const ours = await Promise.all(ENVELOPES.filter(({ suite }) => suite === 'xchacha20-poly1305').map(withAndWithoutCache))
    const lines = await alternate(
      [...floors.map(({ name, opening }) => ({ name, run: opening(material) })), ...ours.flat()],
      [BARE_NOBLE],
      settings,
    )
    return { lines, goals: [] }
  },
}

async function withAndWithoutCache(envelope: Envelope): Promise<readonly Contender[]> {
  const { documents } = memoryStore()
  const keyring = localKeyring([{ id: 'k1', key: random(32) }])
  const sealerThatKeeps = (maxAgeMs: number): Sealer =>
    createSealer({ documents, keyring, tenant: 'default', runtime: runtimeWithDefaults({}), primitives: envelope.primitives, maxAgeMs })
  const cached = sealerThatKeeps(300_000)
  const uncached = sealerThatKeeps(0)
  const blob = await cached.seal(PLACE, random(LENGTH))
  return [
    { name: `${envelope.name}, cached`, run: () => cached.open(PLACE, blob) },
    { name: `${envelope.name}, unwrapped first`, run: () => uncached.open(PLACE, blob) },
  ]
}
