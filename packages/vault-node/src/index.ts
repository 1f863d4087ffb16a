export { createVault } from './create-vault.js'
export { nodePrimitives } from './node-primitives.js'
