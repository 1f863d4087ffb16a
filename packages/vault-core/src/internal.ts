// What the benchmarks measure piece by piece. Not published: the export is there for the condition `@holdfast/source` alone.
export { deriveCommittedKey } from './crypto/committed-key.js'
export { createSealer } from './crypto/create-sealer.js'
export { type DataKey, openEnvelope, sealEnvelope } from './crypto/envelope.js'
export { lengthPrefixed } from './crypto/length-prefixed.js'
export { pad, unpad } from './crypto/padding.js'
export { noblePrimitives } from './crypto/primitives.js'
export type { SealContext, Sealer } from './crypto/sealer.js'
export { runtimeWithDefaults } from './runtime.js'
